"""Members of an example package."""
