"""darktarget: what a fixed-target experiment says about a light-dark-matter model."""
