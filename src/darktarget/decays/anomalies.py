"""Measured minus predicted anomalous magnetic moments of the electron and the muon: named choices with their sources.

What is called an anomaly depends on the prediction: for the muon on how the hadronic vacuum polarisation was obtained,
for the electron on which measurement of the fine-structure constant is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from types import MappingProxyType
from typing import Final

from darktarget.core import PublishedNumber
from darktarget.errors import UnknownName
from darktarget.options import OptionGroup, option

SYMBOLS: Final = {"electron": "e", "muon": r"\mu"}
LEPTONS: Final = tuple(SYMBOLS)
ANOMALY: Final = "Measured minus predicted moment"


@dataclass(frozen=True)
class Anomaly:
    """A difference Delta a = measured - predicted of one lepton.

    Attributes:
        name: of the choice. lepton: electron or muon. title: for plots.
        delta, sigma: the difference and its standard deviation.
        references: arXiv numbers (or journals) of the measurement, the prediction and their inputs.
        arithmetic: how the difference follows from the published numbers.
    """

    name: str
    lepton: str
    title: str
    delta: float
    sigma: float
    references: tuple[str, ...]
    arithmetic: str

    @property
    def symbol(self) -> str:
        """The magnetic moment in a legend."""
        return f"$(g-2)_{SYMBOLS[self.lepton]}$"

    @property
    def value(self) -> str:
        """The difference in a legend, with two digits of its error.

        >>> print(ANOMALIES["wp2025"].value)
        $\\Delta a = (38\\pm63)\\times10^{-11}$, White Paper 2025
        """
        power = floor(log10(self.sigma)) - 1
        unit = 10.0**power
        text = rf"$\Delta a = ({self.delta / unit:.0f}\pm{self.sigma / unit:.0f})\times10^{{{power}}}$"
        return f"{text}, {self.title}" if self.title else text

    @property
    def published(self) -> tuple[PublishedNumber, PublishedNumber]:
        """The difference and its error as numbers that were typed in."""
        quantity, source = f"Delta a of the {self.lepton} ({self.title})", ", ".join(self.references)
        return (
            PublishedNumber(quantity, self.delta, "", source, self.arithmetic),
            PublishedNumber(f"sigma of {quantity}", self.sigma, "", source, self.arithmetic),
        )


#: Every choice; the first of each lepton is its default.
_CHOICES: Final = (
    Anomaly(
        "wp2025",
        "muon",
        "White Paper 2025",
        38e-11,
        63e-11,
        ("2505.21476", "2506.03069"),
        "text; world average of 2025, (116592071.5 +- 14.5)e-11, minus lattice vacuum polarisation of the White Paper "
        "of 2025, (116592033 +- 62)e-11",
    ),
    Anomaly(
        "wp2020",
        "muon",
        "White Paper 2020",
        251e-11,
        59e-11,
        ("2104.03281", "2006.04822"),
        "text; average of Brookhaven and Fermilab run 1, (116592061 +- 41)e-11, minus the White Paper of 2020, "
        "(116591810 +- 43)e-11",
    ),
    Anomaly(
        "bnl",
        "muon",
        "Brookhaven, White Paper 2020",
        279e-11,
        76e-11,
        ("2006.04822",),
        "text; Brookhaven alone, (116592089 +- 63)e-11, minus the White Paper of 2020, (116591810 +- 43)e-11",
    ),
    Anomaly(
        "rb",
        "electron",
        "alpha of Rb, a_e of 2023",
        34e-14,
        16e-14,
        ("2209.13084", "Nature 588, 61 (2020)"),
        "(1159652180.59 +- 0.13)e-12 of 2023 minus (1159652180.252 +- 0.095)e-12 with alpha of Rb",
    ),
    Anomaly(
        "cs",
        "electron",
        "alpha of Cs, a_e of 2023",
        -102e-14,
        26e-14,
        ("2209.13084", "1812.04130", "Atoms 7, 28 (2019)"),
        "(1159652180.59 +- 0.13)e-12 of 2023 minus (1159652181.606 +- 0.230)e-12 with alpha of Cs",
    ),
    Anomaly(
        "rb2020",
        "electron",
        "alpha of Rb, a_e of 2008",
        48e-14,
        30e-14,
        ("Nature 588, 61 (2020)",),
        "text; (1159652180.73 +- 0.28)e-12 of 2008 minus (1159652180.252 +- 0.095)e-12 with alpha of Rb",
    ),
    Anomaly(
        "cs2018",
        "electron",
        "alpha of Cs, a_e of 2008",
        -88e-14,
        36e-14,
        ("1812.04130",),
        "text; (1159652180.73 +- 0.28)e-12 of 2008 minus (1159652181.61 +- 0.23)e-12 with alpha of Cs",
    ),
)
#: The choices by name (read-only).
ANOMALIES: Final[Mapping[str, Anomaly]] = MappingProxyType({choice.name: choice for choice in _CHOICES})


def anomalies_of(lepton: str) -> tuple[str, ...]:
    """Names of the choices of a lepton, the default first.

    Raises:
        UnknownName: neither electron nor muon.

    >>> anomalies_of("muon")
    ('wp2025', 'wp2020', 'bnl')
    """
    if lepton not in LEPTONS:
        raise UnknownName("lepton", lepton, LEPTONS)
    return tuple(name for name, choice in ANOMALIES.items() if choice.lepton == lepton)


def anomaly(lepton: str, name: str | None = None) -> Anomaly:
    """One choice of a lepton, by default the first.

    Raises:
        UnknownName: neither electron nor muon, or no such choice of this lepton.

    >>> chosen = anomaly("electron", "cs")
    >>> chosen.delta, chosen.sigma
    (-1.02e-12, 2.6e-13)
    """
    known = anomalies_of(lepton)
    wanted = known[0] if name is None else name
    if wanted not in known:
        raise UnknownName("anomaly", wanted, known)
    return ANOMALIES[wanted]


@dataclass(frozen=True)
class AnomalyOptions(OptionGroup):
    """Which anomaly of either lepton is used."""

    anomaly: str = option(next(iter(ANOMALIES)), ANOMALY, choices=lambda: tuple(ANOMALIES))

    @property
    def lepton(self) -> str:
        """The lepton whose anomaly it is."""
        return ANOMALIES[self.anomaly].lepton
