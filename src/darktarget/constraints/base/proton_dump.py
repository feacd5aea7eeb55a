r"""Proton beams that stop: mediators by kinetic mixing, and dark pairs that couple to the photon itself.

Pairs come from virtual photons of pi0, eta -> gamma gamma*, and from rho, omega and phi on their mass shell,

.. math:: \frac{N_{\rm pairs}}{N_V} = {\rm Br}(V\to ee)\,\frac{\Gamma(\gamma^*\to{\rm pair})}{\Gamma(\gamma^*\to ee)}
          \Big|_{s=m_V^2}.

Bremsstrahlung of pairs is left out: integrated over the poles of the proton's form factor it stands for 10 omega per
proton, where 0.4 are measured, and below them its approximation alone would double the reach of a 70 GeV beam.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np

from darktarget.constraints.base.dump import SCATTERING, DumpSearch
from darktarget.constraints.base.search import through_photon
from darktarget.core import Array, Channel, Curve, Model
from darktarget.decays.r_ratio import NEUTRAL_PION
from darktarget.dump.flight import mediator_channels, virtual_masses
from darktarget.dump.samples import ETA_MASS, SEED, MomentumSample, from_light_mesons, pions, proton_sample
from darktarget.limits.exclusion import COUPLINGS
from darktarget.production.mesons.photoproduction import MESONS
from darktarget.units import GeV

#: Mesons per pi0 in pp at 400 GeV: 0.385, 0.390 and 0.019 of 3.87, Z. Phys. C 50 (1991) 405.
PER_PION: Final = (("rho", 0.385 / 3.87), ("omega", 0.390 / 3.87), ("phi", 0.019 / 3.87))
#: Longitudinal momenta of vector mesons over those of pi0 at equal shares of them (0.01-0.1, 70 and 450 GeV), SIBYLL
#: 2.3d (arXiv:1806.04140): pi0 come from their decays.
HARDER: Final = 1.3
NUMBER: Final = 6000  # of pions


class ProtonDump(DumpSearch):
    """A search with a proton beam; a file adds its energy and the number of eta per pi0."""

    beam: ClassVar[float]
    eta_to_pion: ClassVar[float]

    def check(self, model: Model) -> None:
        """Pairs of virtual photons need no mediator."""
        if not through_photon(model):
            super().check(model)

    def samples(self, model: Model) -> Iterator[MomentumSample]:
        """Mediators per proton at unit coupling, one sample per point."""
        return (proton_sample(self.beam, float(m), self.eta_to_pion) for m in model.mass)

    def apply(self, model: Model) -> Curve:
        """Intervals of the coupling, of a mediator or of pairs that couple to the photon."""
        if not through_photon(model):
            return super().apply(model)
        hits, counts = self.hits(model), np.zeros((model.points, COUPLINGS.size))
        for channel in mediator_channels(model):
            for k in range(model.points):
                for root, made in self._parents(model, k, channel):
                    counts[k] += COUPLINGS**channel.power * self._seen(model, k, made, root, channel, hits)
        method = (
            f"{self.beam / GeV:g} GeV protons: virtual photons of pi0, eta ({self.eta_to_pion:g} per pi0) to pairs",
            f"dark pairs of rho, omega and phi, as many as in pp at 400 GeV, with {HARDER:g} times the momenta of pi0",
            "no heavier mesons, no bremsstrahlung, no cascade",
            self.signal(),
            *((SCATTERING,) if hits else ()),
        )
        return self.found(model, counts, method)

    def _seen(
        self, model: Model, k: int, made: MomentumSample, root: float, channel: Channel, hits: Mapping[str, Array]
    ) -> Array:
        """Accepted decays and scatterings of the pairs of one parent, per proton, on COUPLINGS."""
        counts = COUPLINGS**2 * self.meeting(model, k, made, root, channel, hits)
        for flown, decay, seen in self.daughters(model, k, made, root, channel):
            counts += seen * self._inside(flown, decay)
        return counts

    def _parents(self, model: Model, k: int, channel: Channel) -> Iterator[tuple[float, MomentumSample]]:
        """Masses of the parents of pairs, and how many pairs they make per proton at unit coupling."""

        def width(root: float) -> float:
            return float(channel.at(np.full((model.points, 1), root))[k, 0])

        least = float(np.sum([m[k] for m in channel.masses]))
        for root, weight in zip(*virtual_masses(least, ETA_MASS, 8, (NEUTRAL_PION,)), strict=True):
            made = _light_mesons(self.beam, float(root), self.eta_to_pion)
            yield float(root), MomentumSample(made.momentum, made.weight * width(root) / (np.pi * root**3) * weight)
        parents = _vector_mesons(self.beam)
        for meson, per_pion in ((MESONS[name], ratio) for name, ratio in PER_PION):
            share = meson.electrons * width(meson.mass) / float(meson.to_electrons(np.array(meson.mass)))
            if share > 0:
                yield meson.mass, MomentumSample(parents.momentum, parents.weight * per_pion * share)


@lru_cache(maxsize=8)
def _pions(beam: float) -> tuple[MomentumSample, np.random.Generator]:
    """pi0 of a beam, always the same, and the generator after them, to be copied before it is used."""
    random = np.random.default_rng(SEED)
    return pions(beam, NUMBER, random), random


def _light_mesons(beam: float, root: float, eta_to_pion: float) -> MomentumSample:
    """Virtual photons of one mass from pi0 and eta, before their propagator."""
    parents, random = _pions(beam)
    return from_light_mesons(parents, root, eta_to_pion, deepcopy(random))


@lru_cache(maxsize=8)
def _vector_mesons(beam: float) -> MomentumSample:
    """Vector mesons of a beam, as many as pi0."""
    light, _ = _pions(beam)
    momentum = light.momentum * np.array([1.0, 1.0, HARDER])
    return MomentumSample(momentum, light.weight * (momentum[:, 2] < beam))
