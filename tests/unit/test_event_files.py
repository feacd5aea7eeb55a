"""Files of events: nothing is lost, a file that is not whole is refused, memory does not grow."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Events
from darktarget.errors import DataCorrupt, InputError, OutputExists, UnknownName
from darktarget.interface.events import prepared
from darktarget.io import event_records
from darktarget.io import events as files
from darktarget.io.event_formats import FORMATS
from darktarget.io.event_records import EventsHeader
from darktarget.units import GeV

TEXT = ("lhe", "hepmc3")
NEEDS = {"parquet": "pyarrow"}


def sample(number: int = 300, model: str = "dark-photon") -> tuple[EventsHeader, Events]:
    theory = dt.model(model, mass=0.1, coupling=1e-4)
    sheet, chunks = prepared(theory, dt.experiment("ldmx-4gev"), number, 7, "bremsstrahlung")
    (events,) = list(chunks)
    return sheet, events


def skipping(form: str) -> None:
    if form in NEEDS:
        pytest.importorskip(NEEDS[form])


@pytest.mark.parametrize("form", FORMATS.names())
def test_what_is_written_is_read(form: str, tmp_path: Path) -> None:
    skipping(form)
    sheet, events = sample()
    path = files.write(tmp_path / "events", form, sheet, [events])
    again, chunks = files.read(path, form)
    assert again == sheet
    (found,) = list(chunks)
    for name in ("weight", "momentum", "particle", "mass", "vertex", "depth"):
        np.testing.assert_array_equal(getattr(found, name), getattr(events, name))
    assert (found.role, found.status, found.number) == (events.role, events.status, 300)


@pytest.mark.parametrize("form", FORMATS.names())
def test_weights_sum_to_the_expected_number(form: str, tmp_path: Path) -> None:
    skipping(form)
    sheet, events = sample(20_000)
    path = files.write(tmp_path / "events", form, sheet, [events])
    again, chunks = files.read(path, form)
    weights = np.concatenate([c.weight for c in chunks])
    assert weights.sum() == pytest.approx(again.expected, rel=0.05)
    (made,) = dt.produce(dt.model("dark-photon", mass=0.1), dt.experiment("ldmx-4gev"), processes=["bremsstrahlung"])
    assert again.expected == pytest.approx(made.total[0] * 1e-8 * 4e14)
    assert "sum" in again.weight


@pytest.mark.parametrize("form", TEXT)
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_files_that_end_early_are_refused(form: str, kept: float, tmp_path: Path) -> None:
    sheet, events = sample()
    whole = files.write(tmp_path / "whole", form, sheet, [events]).read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(whole[: int(kept * len(whole))])
    _, chunks = files.read(cut, form)
    with pytest.raises(DataCorrupt, match=r"ends early|not complete|cannot be read"):
        list(chunks)


@pytest.mark.parametrize("form", TEXT)
def test_a_missing_event_is_noticed(form: str, tmp_path: Path) -> None:
    """The file is well formed, but shorter than it says."""
    sheet, events = sample()
    text = files.write(tmp_path / "whole", form, sheet, [events]).read_text()
    start = {"lhe": "<event>\n", "hepmc3": "E "}[form]
    lines = text.splitlines(keepends=True)
    first, second = [i for i, line in enumerate(lines) if line.startswith(start)][3:5]
    short = tmp_path / "short"
    short.write_text("".join(lines[:first] + lines[second:]))
    with pytest.raises(DataCorrupt, match="299 of 300"):
        list(files.read(short, form)[1])


@pytest.mark.parametrize("form", TEXT)
@pytest.mark.parametrize("value", ["nan", "inf", "-1.0", "text"])
def test_bad_weights_in_files_are_refused(form: str, value: str, tmp_path: Path) -> None:
    sheet, events = sample(3)
    path = files.write(tmp_path / "whole", form, sheet, [events])
    text = path.read_text().replace(f"{events.weight[1]:.16e}", value)
    path.write_text(text)
    with pytest.raises(DataCorrupt, match="cannot be read"):
        list(files.read(path, form)[1])


@pytest.mark.parametrize("form", TEXT)
def test_other_files_are_refused(form: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("nothing\n")
    with pytest.raises(DataCorrupt, match="header"):
        files.read(other, form)
    with pytest.raises(InputError, match="can be read"):
        files.read(tmp_path / "missing", form)
    with pytest.raises(UnknownName, match="hepmc3, lhe, parquet"):
        files.read(other, "root")


@pytest.mark.parametrize("form", TEXT)
def test_bad_events_are_not_written(form: str, tmp_path: Path) -> None:
    sheet, events = sample(10)
    broken = events.momentum.copy()
    broken[3, 2, 0] = np.nan
    target = tmp_path / "events"
    with pytest.raises(InputError, match="momentum"):
        files.write(target, form, sheet, [replace(events, momentum=broken)])
    with pytest.raises(InputError, match="weight"):
        replace(events, weight=np.full(10, np.nan))
    with pytest.raises(InputError, match="announces"):
        files.write(target, form, replace(sheet, events=11), [events])
    with pytest.raises(InputError, match="expected"):
        replace(sheet, expected=np.nan)
    assert list(tmp_path.iterdir()) == []
    files.write(target, form, sheet, [events])
    with pytest.raises(OutputExists):
        files.write(target, form, sheet, [events])
    files.write(target, form, sheet, [events], force=True)


def repeated(events: Events, times: int) -> Iterator[Events]:
    for k in range(times):
        yield replace(events, first=k * len(events))


@pytest.mark.parametrize("form", TEXT)
def test_memory_does_not_grow_with_the_number(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Peak memory of writing and reading 2 and 12 chunks: it is that of one, so also for 1e7 events."""
    monkeypatch.setattr(event_records, "CHUNK", 250)
    sheet, events = sample(250)

    def peak(work: Callable[[], object]) -> int:
        tracemalloc.start()
        work()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    def drained(path: Path) -> int:
        return sum(len(chunk) for chunk in files.read(path, form)[1])

    peaks = []
    for times in (2, 12):
        longer, path = replace(sheet, events=250 * times), tmp_path / f"{times}"
        written = peak(lambda p=path, s=longer, t=times: files.write(p, form, s, repeated(events, t)))  # type: ignore[misc]
        peaks.append((written, peak(lambda p=path: drained(p))))  # type: ignore[misc]
    assert peaks[1][0] < 1.2 * peaks[0][0]
    assert peaks[1][1] < 1.2 * peaks[0][1]


def test_lhe_with_pylhe(tmp_path: Path) -> None:
    pylhe = pytest.importorskip("pylhe")
    sheet, events = sample(50)
    path = files.write(tmp_path / "events.lhe", "lhe", sheet, [events])
    found = list(pylhe.LHEFile.fromfile(str(path)).events)
    assert len(found) == 50
    for k, event in enumerate(found):
        assert event.eventinfo.weight == pytest.approx(events.weight[k])
        assert [int(p.id) for p in event.particles] == events.particle[k].tolist()
        assert event.particles[2].e == pytest.approx(events.momentum[k, 2, 0] / GeV)


def test_hepmc_with_pyhepmc(tmp_path: Path) -> None:
    pyhepmc = pytest.importorskip("pyhepmc")
    sheet, events = sample(50)
    path = files.write(tmp_path / "events.hepmc3", "hepmc3", sheet, [events])
    with pyhepmc.open(str(path)) as file:
        found = list(file)
    assert len(found) == 50
    for k, event in enumerate(found):
        assert event.weights[0] == pytest.approx(events.weight[k])
        assert sorted(p.pid for p in event.particles) == sorted(events.particle[k].tolist())
        (mediator,) = [p for p in event.particles if p.pid == 55]
        assert mediator.momentum.e == pytest.approx(events.momentum[k, 2, 0] / GeV)
        assert event.vertices[0].position.z == pytest.approx(events.vertex[k, 3], rel=1e-9)  # units of the file, cm
