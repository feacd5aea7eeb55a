"""What several figures of one paper share."""
