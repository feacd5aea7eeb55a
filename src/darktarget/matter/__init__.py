"""Materials, nuclear form factors, layers and atomic electrons."""
