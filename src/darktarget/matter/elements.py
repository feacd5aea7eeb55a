"""The elements from hydrogen to uranium: charge number, atomic weight and mean excitation energy.

``elements.csv`` has the standard atomic weights of the PDG's periodic table (S. Navas et al., Phys. Rev. D 110 (2024)
030001; of the longest-lived isotope where none is standard) and the mean excitation energies I of the element in its
normal state recommended by ICRU Report 37 (1984; S. M. Seltzer and M. J. Berger, Int. J. Appl. Radiat. Isot. 33 (1982)
1189), which the PDG and NIST's STAR tables list; carbon is graphite.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from darktarget.core.material import Element


@dataclass(frozen=True)
class AtomicData:
    """One row of the table: the nucleus and I of the element (eV)."""

    element: Element
    mean_excitation: float


@cache
def atomic_data() -> Mapping[str, AtomicData]:
    """All elements by symbol (read-only).

    >>> lead = atomic_data()["Pb"]
    >>> lead.element.Z, lead.element.A, lead.mean_excitation
    (82, 207.2, 823.0)
    """
    with Path(__file__).with_name("elements.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        found = {r["symbol"]: AtomicData(_element(r), float(r["I_eV"])) for r in rows}
    return MappingProxyType(found)


def _element(row: Mapping[str, str]) -> Element:
    return Element(row["symbol"], int(row["Z"]), float(row["A_g_mol"]))
