"""Phase space and decay widths that any model's states can use."""
