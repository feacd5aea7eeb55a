"""LSND: 0.8 GeV protons on water and metal, 30 m to the detector, hep-ex/0104049; recast in arXiv:1703.06881."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from darktarget.constraints.base.dump import DumpSearch
from darktarget.core import Model, PublishedNumber
from darktarget.decays.r_ratio import NEUTRAL_PION
from darktarget.dump.protons import BR_PION, from_meson
from darktarget.dump.samples import SEED, MomentumSample
from darktarget.dump.volume import Volume
from darktarget.units import PROTON_MASS, GeV, MeV

PIONS: Final = 1e22  # pi0 in all, arXiv:1107.4580
NUMBER: Final = 40_000
BEAM: Final = 0.8 * GeV  # kinetic energy of the protons


def fastest() -> float:
    """Largest kinetic energy of a pi0 of p p -> p p pi0: forward, with both protons together.

    >>> print(f"{fastest() / MeV:.0f} MeV")
    473 MeV
    """
    square = 4 * PROTON_MASS**2 + 2 * PROTON_MASS * BEAM
    rest = (square + NEUTRAL_PION**2 - 4 * PROTON_MASS**2) / (2 * np.sqrt(square))
    gamma = np.sqrt(square) / (2 * PROTON_MASS)
    return float(gamma * (rest + np.sqrt((1 - 1 / gamma**2) * (rest**2 - NEUTRAL_PION**2))) - NEUTRAL_PION)


class Lsnd(DumpSearch):
    """Decays of the heavier dark state and scattering on electrons, from pi0 -> gamma X."""

    name = "lsnd"
    title = "LSND"
    references = ("hep-ex/0104049", "1107.4580", "1703.06881")
    published = (
        PublishedNumber("pi0 produced", PIONS, "", "1107.4580", "text"),
        PublishedNumber("excluded events", 55.0, "", "1703.06881", "text: electron-like events above the expectation"),
        PublishedNumber("efficiency", 0.19, "", "hep-ex/0104049", "text"),
    )
    uncertainty = 0.5
    volume = Volume(25.85e2, 8.3e2, 285.0, 285.0, 640.0, 18 * MeV)
    column = 830.0 * 0.86 * 6.022e23 * 8 / 14.0  # mineral oil CH2, 8.3 m long
    primaries, excluded, efficiency = PIONS, 55.0, 0.19
    production = "pi0 of 0.8 GeV protons around 150 MeV up to the kinematic end, forward as cos(theta) + 1"

    def samples(self, model: Model) -> Iterator[MomentumSample]:
        """Mediators per pi0 at unit coupling, one sample per point."""
        random = np.random.default_rng(SEED)
        kinetic = random.gamma(3.0, 50 * MeV, NUMBER)
        p = np.sqrt(kinetic * (kinetic + 2 * NEUTRAL_PION))
        cosine = 2 * np.sqrt(random.uniform(size=NUMBER)) - 1
        phi, sine = random.uniform(0, 2 * np.pi, NUMBER), np.sqrt(1 - cosine**2)
        momentum = np.stack([p * sine * np.cos(phi), p * sine * np.sin(phi), p * cosine], axis=1)
        parents = MomentumSample(momentum, (kinetic < fastest()) / NUMBER)
        return (from_meson(parents, NEUTRAL_PION, BR_PION, float(m), np.random.default_rng(SEED)) for m in model.mass)
