r"""Single photons at LEP: dark pairs of virtual photons, with L3's selection at 189-209 GeV (arXiv:hep-ex/0402002).

Two ways to one photon and missing energy are added: e+ e- -> gamma gamma* -> gamma + pair without a visible decay, and
e+ e- -> gamma* -> chi1 chi0 whose chi1 decays to a photon before the calorimeter,

.. math:: \sigma(e^+e^-\to\gamma^*\to{\rm pair}) = \frac{4\pi\alpha\,\Gamma(\sqrt s)}{s^{3/2}}

with the width of a virtual photon of mass sqrt(s). One published number, LEP's bound on the charge radius b of a Dirac
fermion, f(s') = b^2 s'/(12 pi^2) for L = b chibar gamma^mu chi d^nu F_{mu nu}, fixes the excluded cross section (100
events of 619/pb); background and efficiency are taken as the same for every photon energy. The moment is that of the
photon: a moment of hypercharge would add the Z.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.constraints.base.mono_photon import Collider
from darktarget.constraints.base.search import Search, exceeding, through_photon
from darktarget.core import Array, Channel, Curve, Model, PublishedNumber
from darktarget.dump.flight import (
    Unstable,
    bare,
    between,
    daughter_energies,
    decay_length,
    mediator_channels,
    unstable,
    virtual_masses,
)
from darktarget.errors import PhysicsError
from darktarget.limits.exclusion import COUPLINGS
from darktarget.numerics.quadrature import gauss_on
from darktarget.units import ALPHA, GeV

#: Photons of p_T > 0.02 sqrt(s) and 14 < theta < 166 degrees (arXiv:hep-ex/0402002), of more than 1 GeV where a second
#: one is a veto; crystals from 52 cm (Nucl. Instrum. Meth. A 289 (1990) 35). 200 GeV is the middle of the data.
L3: Final = Collider(200 * GeV, top=195 * GeV, cosine=0.97, radius=52.0, threshold=1.0 * GeV, transverse=0.02)
NODES: Final = 96  # in ln s' of the virtual photon
METHOD: Final = (
    "e+ e- -> gamma gamma*, gamma* -> dark pairs, normalised to LEP's bound on a charge radius, constant efficiency "
    "and background; photons alone, no Z",
    "decays of dark states within 52 cm veto the event if more than 1 GeV can be visible",
    "photons of prompt decays count as the single photon (pairs taken as isotropic), against the same excluded rate",
)


class LepMonoPhoton(Search):
    """Dark pairs that couple to the photon: dipoles, millicharges, axions with a dark photon."""

    name = "lep-mono-photon"
    title = "LEP mono-photon"
    references = ("hep-ex/0402002", "1103.3289", "2305.16781")
    published = (
        PublishedNumber(
            "charge radius b of a Dirac fermion",
            1.3e-5,
            "1/GeV^2",
            "2305.16781",
            "line of LEP in the data published with it, constant below 30 GeV",
        ),
    )
    cl = 0.95  # as LEP's searches; the data do not state it
    uncertainty = 0.35

    def apply(self, model: Model) -> Curve:
        """Excluded couplings, with the veto on decays beside a radiated photon and the photons of decays alone."""
        if not through_photon(model):
            raise PhysicsError(
                f"lep-mono-photon is recomputed for dark pairs of virtual photons; {model.name} has a mediator: to "
                "those of the photon's form the bound lep applies, to those that couple to electrons babar-2017"
            )
        return self.curve(model, exceeding((radiated(model) + prompt(model)) / self.limit()), METHOD)

    def limit(self) -> float:
        """Excluded cross section in the acceptance (energy^-2)."""
        root, weight = virtual_masses(0.1 * GeV, L3.top, NODES)
        b = self.published[0].value / GeV**2
        return float(L3.rate(root) @ (b**2 * root**2 / (12 * np.pi**2) * weight))


def radiated(model: Model) -> Array:
    """Cross section of a photon with an unseen pair, [point, COUPLINGS]."""
    total = np.zeros((model.points, COUPLINGS.size))
    for k, _, made in L3.pairs(model, NODES):
        total[k] += made.sum(axis=0)
    return total


def prompt(model: Model) -> Array:
    """Cross section of pairs at the full energy whose one unstable state decays to a photon in time, likewise."""
    total, states = np.zeros((model.points, COUPLINGS.size)), unstable(model)
    root = np.full(model.points, L3.root_s)
    for channel in mediator_channels(model):
        cross = 4 * np.pi * ALPHA * channel.at(root[:, None])[:, 0] / L3.root_s**3
        found = [(i, states[bare(d)]) for i, d in enumerate(channel.daughters) if bare(d) in states]
        for i, state in found if len(found) == 1 else ():
            total += cross[:, None] * COUPLINGS**channel.power * _decays(channel, i, state, root)
    return total


def _decays(channel: Channel, which: int, state: Unstable, root: Array) -> Array:
    """Probability that one daughter decays before the calorimeter to a photon that is selected, [point, COUPLINGS]."""
    lab = daughter_energies(root, root, *channel.masses)[which][:, :1]  # at rest: the same for every angle
    width, seen = state.width(COUPLINGS), state.width(COUPLINGS, seen=True)
    share = np.divide(seen, width, out=np.zeros_like(width), where=width > 0)
    length = decay_length(lab, state.mass[:, None], width)
    x, w = gauss_on(-1.0, 1.0, 32)
    least = L3.transverse * L3.root_s / np.sqrt(1 - (L3.cosine * x) ** 2)  # the photon follows its parent
    highest = 2 * state.pair[:, None] * lab  # energies are uniform up to it
    selected = L3.cosine / 2 * np.clip(1 - least / highest, 0, 1) @ w
    return np.asarray(share * between(length, 0.0, L3.radius) * selected[:, None])
