"""Writing and reading events: what every format shares.

A file says how many events it has, what they are of, and what its weights mean: the number of mediators expected from
the stated exposure at the stated coupling, so that they sum to the expected number. A reader counts and refuses a file
that ends early. Energies are in GeV, lengths in cm, z along the beam from the front of the target.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from darktarget._version import __version__
from darktarget.core import Events
from darktarget.errors import DataCorrupt, InputError
from darktarget.io import files
from darktarget.io.event_formats import FORMATS

CHUNK = 8192  # events held in memory at a time
UNIT = "events expected from the exposure at the coupling; the weights sum to the expected number"


@dataclass(frozen=True)
class EventsHeader:
    """What a file of events says about itself.

    Attributes:
        events: how many follow. expected: the sum of the weights that they estimate.
        model, experiment, process: names. parameters: of the model, by name.
        coupling, exposure: at which the weights hold. seed: of the sample.
        role, status: of the particles of each event. method, references: as in results.
        extra: names of more columns per event. weight: the meaning of the weights. version: of darktarget.
    """

    events: int
    expected: float
    model: str
    experiment: str
    process: str
    parameters: dict[str, Any]
    coupling: float
    exposure: float
    seed: int
    role: list[str]
    status: list[int]
    method: list[str]
    references: list[str]
    extra: list[str] = field(default_factory=list)
    weight: str = UNIT
    version: str = __version__

    def __post_init__(self) -> None:
        for name in ("expected", "coupling", "exposure"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
                raise InputError(name, value, "a finite number > 0")

    def text(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def parse(cls, text: str, source: Path) -> EventsHeader:
        """Read ``text`` back.

        Raises:
            DataCorrupt: it is no such line.
        """
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise DataCorrupt(f"{source}: no darktarget header") from error


def write(path: Path, form: str, sheet: EventsHeader, chunks: Iterable[Events], *, force: bool = False) -> Path:
    """Write events to a file through a temporary name, chunk by chunk.

    Args:
        path: of the file. form: name of the format, one of ``FORMATS``.
        sheet: its header. chunks: events that together are as many as it says.
        force: replace an existing file.

    Raises:
        UnknownName: no such format. OutputExists, OutputError: as ``files.write_all``.
        InputError: other numbers of events than announced, a weight or momentum that is not finite, or a library that
            is not installed.
    """
    chosen = FORMATS[form]()
    path = Path(path)

    def fill(temporary: Path) -> None:
        chosen.write(temporary, sheet, _checked(sheet, chunks))

    files.write_all(path.parent, {path.name: fill}, force=force)
    return path


def _checked(sheet: EventsHeader, chunks: Iterable[Events]) -> Iterator[Events]:
    """The chunks, refused if they hold anything that is not finite or are not as many events as announced."""
    total = 0
    for chunk in chunks:
        for name in ("weight", "momentum", "vertex", "mass"):
            if not np.isfinite(getattr(chunk, name)).all():
                raise InputError(name, math.nan, "finite numbers", f"In events {chunk.first} and following.")
        total += len(chunk)
        yield chunk
    if total != sheet.events:
        raise InputError("events", total, f"{sheet.events}, as the header announces")


def read(path: Path, form: str) -> tuple[EventsHeader, Iterator[Events]]:
    """Header and events of a file, in chunks; the end of the iteration checks that it was complete.

    Raises:
        UnknownName: no such format. DataCorrupt: the header is missing or broken; while iterating, a line that cannot
            be read, a file that ends early, or another number of events than announced.
        InputError: the file cannot be opened, or a library is not installed.

    >>> read(Path("nothing.lhe"), "lhe")
    Traceback (most recent call last):
    darktarget.errors.InputError: path = 'nothing.lhe': allowed is a file that can be read.
    """
    chosen = FORMATS[form]()
    path = Path(path)
    if not path.is_file():
        raise InputError("path", str(path), "a file that can be read")
    sheet, chunks = chosen.read(path)
    return sheet, _counted(path, sheet, chunks)


def _counted(path: Path, sheet: EventsHeader, chunks: Iterable[Events]) -> Iterator[Events]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        yield chunk
    if total != sheet.events:
        raise DataCorrupt(f"{path}: {total} of {sheet.events} events, the file is not complete")


Row = tuple[float, list[float], list[list[float]]]


def gathered(path: Path, sheet: EventsHeader, rows: Iterable[Row]) -> Iterator[Events]:
    """Chunks of events from rows (weight, vertex and depth, particles as number, px, py, pz, E, m).

    Raises:
        DataCorrupt: rows of different shape, or a weight that is not finite.
    """
    held: list[Row] = []
    first = 0
    for row in rows:
        held.append(row)
        if len(held) == CHUNK:
            yield events_of(path, sheet, held, first)
            first, held = first + len(held), []
    if held:
        yield events_of(path, sheet, held, first)


def events_of(path: Path, sheet: EventsHeader, rows: list[Row], first: int) -> Events:
    """One chunk; arguments as ``gathered``."""
    try:
        weight = np.array([r[0] for r in rows])
        place = np.array([r[1] for r in rows]).reshape(len(rows), 5 + len(sheet.extra))
        table = np.array([r[2] for r in rows]).reshape(len(rows), len(sheet.role), 6)
        return Events(
            process=sheet.process,
            model=sheet.model,
            experiment=sheet.experiment,
            weight=weight,
            power=0.0,
            momentum=table[:, :, [4, 1, 2, 3]],
            particle=table[:, :, 0].astype(np.int64),
            mass=table[:, :, 5],
            status=tuple(sheet.status),
            role=tuple(sheet.role),
            vertex=place[:, :4],
            depth=place[:, 4],
            number=sheet.events,
            seed=sheet.seed,
            first=first,
            method=tuple(sheet.method),
            references=tuple(sheet.references),
            extra={name: place[:, 5 + i] for i, name in enumerate(sheet.extra)},
        )
    except ValueError as error:  # InputError is one
        raise DataCorrupt(f"{path}: events {first} and following cannot be read") from error


def place_rows(chunk: Events) -> np.ndarray[Any, np.dtype[np.float64]]:
    """ct, x, y, z, depth and the extra columns, [event, 5 + extra]."""
    columns = [chunk.depth, *chunk.extra.values()]
    return np.concatenate([chunk.vertex, np.stack(columns, axis=1)], axis=1)


def flat_rows(chunk: Events) -> np.ndarray[Any, np.dtype[np.float64]]:
    """px, py, pz, E, m of every particle in GeV, [event, particle, 5]."""
    from darktarget.units import GeV

    return np.concatenate([chunk.momentum[..., 1:], chunk.momentum[..., :1], chunk.mass[..., None]], axis=2) / GeV
