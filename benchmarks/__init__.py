"""Speeds and memory; `make bench` prints them all. They are figures to read, never tests."""
