"""Figures: every function returns matplotlib Axes, which a notebook shows as a picture; ``save`` writes them."""

from darktarget.plot.exclusions import PLANES, exclusion
from darktarget.plot.files import save
from darktarget.plot.lines import cross_section, widths

__all__ = ["PLANES", "cross_section", "exclusion", "save", "widths"]
