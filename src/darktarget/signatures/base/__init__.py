"""What several signatures share."""
