"""Files that enter and leave: curves, tables, events, likelihoods and published records."""

from darktarget.io.imports import read_curve

__all__ = ["read_curve"]
