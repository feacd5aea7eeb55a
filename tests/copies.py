"""Copies of every kind, as processes, notebooks and threads make them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest


def through_pickle(value: Any, protocol: int = pickle.HIGHEST_PROTOCOL) -> Any:
    """What another process receives."""
    return pickle.loads(pickle.dumps(value, protocol))  # noqa: S301 - our own bytes


Copy = Callable[[Any], Any]
COPIES: dict[str, Copy] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle-{n}": partial(through_pickle, protocol=n) for n in range(2, pickle.HIGHEST_PROTOCOL + 1)},
}
each_copy = pytest.mark.parametrize("copied", COPIES.values(), ids=list(COPIES))
