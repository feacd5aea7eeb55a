"""Figures and tables of the five papers, one file each, recomputed through the public interface of darktarget."""
