"""Photoproduction of vector mesons on nuclei."""
