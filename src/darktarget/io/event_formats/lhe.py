"""Les Houches event files (version 3.0, hep-ph/0609017 and arXiv:1405.1067).

The header block ``<darktarget>`` holds one line of JSON. XWGTUP is the weight; XSECUP is the expected number of events
that the weights sum to, not pb: a thick target has no single cross section. The line ``#darktarget`` of each event
holds the vertex (ct, x, y, z in cm) and the depth in X0; other readers skip it as a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

from darktarget.core import Events
from darktarget.errors import DataCorrupt
from darktarget.io.event_records import EventsHeader, flat_rows, gathered, place_rows
from darktarget.units import GeV

END = "</LesHouchesEvents>"
MARK = "#darktarget "
WEIGHTED = 1  # IDWTUP: positive weights, as they come


class Lhe:
    """The Les Houches format."""

    name = "lhe"

    def write(self, path: Path, header: EventsHeader, chunks: Iterable[Events]) -> None:
        """Write a whole file."""
        with path.open("w", encoding="ascii") as file:
            file.write(f'<LesHouchesEvents version="3.0">\n<header>\n<darktarget>\n{header.text()}\n')
            file.write("</darktarget>\n</header>\n")
            for number, chunk in enumerate(chunks):
                if number == 0:
                    file.write(_init(header, chunk))
                file.write(_events(chunk))
            file.write(f"{END}\n")

    def read(self, path: Path) -> tuple[EventsHeader, Iterator[Events]]:
        """Header and events."""
        with path.open(encoding="ascii", errors="replace") as file:
            for line in file:
                if line.strip() == "<darktarget>":
                    header = EventsHeader.parse(file.readline(), path)
                    return header, gathered(path, header, _rows(path, header))
        raise DataCorrupt(f"{path}: no darktarget header")


def _init(header: EventsHeader, first: Events) -> str:
    """The <init> block; the beams are those of the first event."""
    entering = [i for i, s in enumerate(first.status) if s < 0][:2]
    lepton, nucleus = (*first.particle[0, entering], 0, 0)[:2]
    energy = (*(first.momentum[0, entering, 0] / GeV), 0.0, 0.0)[:2]
    beams = f"{lepton} {nucleus} {energy[0]:.9e} {energy[1]:.9e} 0 0 0 0 {WEIGHTED} 1"
    return f"<init>\n{beams}\n{header.expected:.9e} 0.0 0.0 1\n</init>\n"


def _events(chunk: Events) -> str:
    """All events of a chunk, by one format string."""
    count = len(chunk.role)
    status = chunk.status
    mothers = ["0 0" if s < 0 else f"1 {sum(x < 0 for x in status)}" for s in status]
    lines = [f"%d {s} {m} 0 0 %.16e %.16e %.16e %.16e %.16e 0.0 9.0\n" for s, m in zip(status, mothers, strict=True)]
    place = MARK + " ".join(["%.16e"] * (5 + len(chunk.extra))) + "\n"
    form = f"<event>\n{count} 1 %.16e -1.0 -1.0 -1.0\n" + "".join(lines) + place + "</event>\n"
    particles = np.concatenate([chunk.particle[..., None].astype(float), flat_rows(chunk)], axis=2)
    table = np.concatenate([chunk.weight[:, None], particles.reshape(len(chunk), -1), place_rows(chunk)], axis=1)
    return (form * len(chunk)) % tuple(table.ravel().tolist())


def _rows(path: Path, header: EventsHeader) -> Iterator[tuple[float, list[float], list[list[float]]]]:
    """Weight, vertex and particles of each event."""
    with path.open(encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("<event>"):
                yield _row(path, file)
            elif line.startswith(END):
                return
    raise DataCorrupt(f"{path}: no {END}, the file ends early")


def _row(path: Path, file: TextIO) -> tuple[float, list[float], list[list[float]]]:
    try:
        head = file.readline().split()
        count, weight = int(head[0]), float(head[2])
        words = [file.readline().split() for _ in range(count)]
        particles = [[float(w[i]) for i in (0, 6, 7, 8, 9, 10)] for w in words]
        mark, *place = file.readline().split()
        if mark != MARK.strip() or file.readline().strip() != "</event>":
            raise ValueError(mark)
        return weight, [float(v) for v in place], [[p[0], *(v * GeV for v in p[1:])] for p in particles]
    except (ValueError, IndexError) as error:
        raise DataCorrupt(f"{path}: an event that cannot be read, the file ends early or is broken") from error
