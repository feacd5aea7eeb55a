"""Nothing moves unnoticed: a few seconds of every kind of calculation against a stored record.

``python -m validation.golden`` records and compares everything. A number that moves on purpose is a line in the
changelog, and then the record is written again:
``python -m validation.golden record tests/data/golden.npz --part small``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from validation.golden import moved, recorded

RECORD = Path(__file__).parents[1] / "data" / "golden.npz"


def test_nothing_moved() -> None:
    with np.load(RECORD) as stored:
        assert list(moved(dict(stored), recorded(["small"]))) == []


def test_a_move_is_noticed() -> None:
    before = {"a": np.array([1.0, np.nan, 0.0]), "b": np.array([1.0]), "c": np.array("text")}
    after = {"a": np.array([1 + 2e-9, np.nan, 1e-13]), "c": np.array("other")}
    assert [name for name, _ in moved(before, after)] == ["a", "b", "c"]
    assert not list(moved(before, before))
