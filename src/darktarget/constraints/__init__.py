"""Constraints of other experiments, recomputed for the user's model: one file each.

A file ``my_search.py`` with a class ``MySearch`` (see ``base.search.Search``) is found as ``my-search``.
"""

from darktarget.constraints.base.search import Search
from darktarget.registry import Registry, subclass_of

#: The constraints by name.
CONSTRAINTS: Registry[type[Search]] = Registry("constraint", __name__, check=subclass_of(Search))
"""The searches, loaded when asked for."""
