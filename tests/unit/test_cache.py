"""Stored tables: round trip, corruption, a cache that cannot be written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darktarget import cache
from darktarget.errors import DataCorrupt

RECIPE = {"kind": "test", "label": "numbers", "value": 1.5}
ARRAYS = {"b": np.arange(6.0).reshape(2, 3), "a": np.array([np.pi])}


def test_round_trip_keeps_names_shapes_and_bits(tmp_path: Path) -> None:
    cache.write(tmp_path / "x.table", RECIPE, ARRAYS)
    recipe, arrays = cache.read(tmp_path / "x.table")
    assert recipe == RECIPE
    assert set(arrays) == {"a", "b"}
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
    assert [p.name for p in tmp_path.iterdir()] == ["x.table"]


@given(st.data())
def test_any_flipped_bit_or_cut_is_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("flip") / "x.table"
    cache.write(path, RECIPE, ARRAYS)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans(), label="cut"):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        start = content.index(b"\n") + 1
        content[data.draw(st.integers(start, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(bytes(content))
    with pytest.raises(DataCorrupt):
        cache.read(path)


def test_a_corrupt_or_foreign_file_is_recomputed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARKTARGET_CACHE", str(tmp_path))
    calls = []

    def build() -> cache.Arrays:
        calls.append(1)
        return dict(ARRAYS)

    for _ in range(2):
        cache.recall(RECIPE, build)
    assert len(calls) == 1
    path = tmp_path / cache.filename(RECIPE)
    path.write_bytes(path.read_bytes()[:-3])
    np.testing.assert_array_equal(cache.recall(RECIPE, build)["a"], ARRAYS["a"])
    assert len(calls) == 2
    cache.write(path, {**RECIPE, "value": 2.0}, {"a": np.zeros(1)})
    np.testing.assert_array_equal(cache.recall(RECIPE, build)["a"], ARRAYS["a"])


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DARKTARGET_CACHE", str(tmp_path / "file"))
    assert set(cache.recall(RECIPE, lambda: dict(ARRAYS))) == {"a", "b"}


def test_a_failing_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        cache.write(tmp_path / "x.table", RECIPE, ARRAYS)
    assert list(tmp_path.iterdir()) == []
