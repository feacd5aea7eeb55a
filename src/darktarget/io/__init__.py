"""Results out and curves in."""
