"""Public bases of constraints."""
