r"""HepMC3 ASCII files (version 3, arXiv:1912.08005): one vertex per event, units GeV and cm.

The run attribute ``darktarget`` holds one line of JSON; status 4 marks the incoming particles, 1 the
outgoing ones, 2 those that decayed. The event attribute ``depth_X0`` is the depth of production.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from darktarget.core import Events
from darktarget.errors import DataCorrupt
from darktarget.io.event_records import EventsHeader, flat_rows, gathered
from darktarget.units import GeV

START = "HepMC::Version 3.02.06\nHepMC::Asciiv3-START_EVENT_LISTING\n"
END = "HepMC::Asciiv3-END_EVENT_LISTING"
RUN = "A darktarget "
BEAM = 4


class Hepmc3:
    """The HepMC3 ASCII format."""

    name = "hepmc3"

    def write(self, path: Path, header: EventsHeader, chunks: Iterable[Events]) -> None:
        """Write a whole file."""
        with path.open("w", encoding="ascii") as file:
            file.write(f"{START}W 1\nN expected\nT darktarget\\|{header.version}\\|{header.process}\n")
            file.write(f"{RUN}{_escaped(header.text())}\n")
            for chunk in chunks:
                file.write(_events(chunk))
            file.write(f"{END}\n\n")

    def read(self, path: Path) -> tuple[EventsHeader, Iterator[Events]]:
        """Header and events."""
        with path.open(encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith(RUN):
                    header = EventsHeader.parse(line[len(RUN) :].replace("\\\\", "\\"), path)
                    return header, gathered(path, header, _rows(path, header))
                if line.startswith("E "):
                    break
        raise DataCorrupt(f"{path}: no darktarget header")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


def _events(chunk: Events) -> str:
    """All events of a chunk, by one format string."""
    entering = [i + 1 for i, s in enumerate(chunk.status) if s < 0]
    words = []
    for i, status in enumerate(chunk.status):
        if i == len(entering):  # incoming particles come first, then the vertex, then what leaves it
            words.append(f"V -1 0 [{','.join(map(str, entering))}] @ %.16e %.16e %.16e %.16e\n")
        mother, code = (0, BEAM) if status < 0 else (-1, status)
        words.append(f"P {i + 1} {mother} %d %.16e %.16e %.16e %.16e %.16e {code}\n")
    columns = "".join(f"A 0 {name} %.16e\n" for name in (*chunk.extra, "depth_X0"))  # the depth comes last
    form = f"E %d 1 {len(chunk.role)}\nU GEV CM\nW %.16e\n" + columns + "".join(words)
    particles = np.concatenate([chunk.particle[..., None].astype(float), flat_rows(chunk)], axis=2)
    cut = 6 * len(entering)
    flat = particles.reshape(len(chunk), -1)
    number = chunk.first + np.arange(len(chunk))
    head = np.stack([number, chunk.weight, *chunk.extra.values(), chunk.depth], axis=1)
    place = chunk.vertex[:, [1, 2, 3, 0]]
    table = np.concatenate([head, flat[:, :cut], place, flat[:, cut:]], axis=1)
    return (form * len(chunk)) % tuple(table.ravel().tolist())


def _rows(path: Path, header: EventsHeader) -> Iterator[tuple[float, list[float], list[list[float]]]]:
    """Weight, vertex and particles of each event."""
    size = 5 + len(header.role) + len(header.extra)  # lines of an event
    with path.open(encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith(END):
                return
            if line.startswith("E "):
                yield _row(path, [line, *(file.readline() for _ in range(size - 1))])
    raise DataCorrupt(f"{path}: no {END}, the file ends early")


def _row(path: Path, lines: list[str]) -> tuple[float, list[float], list[list[float]]]:
    words = [line.split() for line in lines]
    try:
        by_key = {w[0]: w for w in words if w[0] in ("W", "V")}
        x, y, z, ct = (float(v) for v in by_key["V"][-4:])
        weight = float(by_key["W"][1])
        *extra, depth = (float(w[3]) for w in words if w[0] == "A")
        rows = [w for w in words if w[0] == "P"]
        if len(rows) != int(words[0][3]) or any(len(w) != 10 for w in rows):
            raise ValueError(len(rows))
        particles = [[float(w[3]), *(float(v) * GeV for v in w[4:9])] for w in rows]
        return weight, [ct, x, y, z, depth, *extra], particles
    except (ValueError, IndexError, KeyError) as error:
        raise DataCorrupt(f"{path}: an event that cannot be read, the file ends early or is broken") from error
