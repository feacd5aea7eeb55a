"""Weighted production events."""
