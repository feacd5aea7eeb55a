"""Figures: every function returns matplotlib Axes and shows nothing."""

from darktarget.plot.exclusions import PLANES, exclusion, save

__all__ = ["PLANES", "exclusion", "save"]
