"""Parquet tables of events for analysis, one row per event; needs pyarrow (``pip install 'darktarget[io]'``).

Columns: weight, ct, x, y, z (cm), depth_X0, and for the particle of each role its number, px, py, pz, E and m (GeV).
The file's metadata ``darktarget`` holds one line of JSON.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from darktarget.core import Events
from darktarget.errors import DataCorrupt, InputError
from darktarget.io.event_records import CHUNK, EventsHeader, events_of, flat_rows
from darktarget.units import GeV

PLACE = ("ct_cm", "x_cm", "y_cm", "z_cm", "depth_X0")
PARTS = ("px_GeV", "py_GeV", "pz_GeV", "E_GeV", "m_GeV")


class Parquet:
    """The Parquet format, one row group per chunk."""

    name = "parquet"

    def write(self, path: Path, header: EventsHeader, chunks: Iterable[Events]) -> None:
        """Write a whole file."""
        arrow, parquet = _library("pyarrow"), _library("pyarrow.parquet")
        fields = [(name, arrow.float64()) for name in ("weight", *PLACE)]
        for role in header.role:
            name = role.replace(" ", "_")
            fields += [(f"{name}_pdg", arrow.int64()), *((f"{name}_{part}", arrow.float64()) for part in PARTS)]
        fields += [(name, arrow.float64()) for name in header.extra]
        schema = arrow.schema(fields).with_metadata({"darktarget": header.text()})
        with parquet.ParquetWriter(str(path), schema) as file:
            for chunk in chunks:
                columns = _columns(chunk)
                file.write_table(arrow.table({name: columns[name] for name, _ in fields}, schema=schema))

    def read(self, path: Path) -> tuple[EventsHeader, Iterator[Events]]:
        """Header and events."""
        parquet = _library("pyarrow.parquet")
        try:
            file = parquet.ParquetFile(str(path))
        except (OSError, ValueError) as error:  # pyarrow's ArrowInvalid is a ValueError
            raise DataCorrupt(f"{path}: no Parquet file, or one that ends early") from error
        metadata = file.schema_arrow.metadata or {}
        header = EventsHeader.parse(metadata.get(b"darktarget", b"").decode(), path)
        return header, _chunks(path, header, file.iter_batches(batch_size=CHUNK))


def _columns(chunk: Events) -> dict[str, Any]:
    """Columns by name."""
    place = np.concatenate([chunk.vertex, chunk.depth[:, None]], axis=1)
    columns: dict[str, Any] = {"weight": chunk.weight, **{n: place[:, i] for i, n in enumerate(PLACE)}}
    momenta = flat_rows(chunk)
    for j, role in enumerate(chunk.role):
        name = role.replace(" ", "_")
        columns[f"{name}_pdg"] = chunk.particle[:, j]
        columns |= {f"{name}_{part}": momenta[:, j, i] for i, part in enumerate(PARTS)}
    return {**columns, **chunk.extra}


def _chunks(path: Path, header: EventsHeader, batches: Iterable[Any]) -> Iterator[Events]:
    first = 0
    for batch in batches:
        column = {name: batch.column(i).to_numpy() for i, name in enumerate(batch.schema.names)}
        rows = []
        for k in range(batch.num_rows):
            names = [role.replace(" ", "_") for role in header.role]
            particles = [[column[f"{n}_pdg"][k], *(column[f"{n}_{p}"][k] * GeV for p in PARTS)] for n in names]
            rows.append((column["weight"][k], [column[p][k] for p in (*PLACE, *header.extra)], particles))
        yield events_of(path, header, rows, first)
        first += batch.num_rows


def _library(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        advice = "Install it: pip install 'darktarget[io]'."
        raise InputError("pyarrow", "not installed", "an installed pyarrow", advice) from error
