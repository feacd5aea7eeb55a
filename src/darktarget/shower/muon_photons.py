r"""Photons that muons radiate on their way through a thick target, as a track length.

Muons do not shower, but one in 10^3 gives half of its energy to a photon in 40 X0 of lead:

.. math:: \frac{d\sigma}{dv} = \alpha\left(2Z\frac{m_e}{m_\mu}r_e\right)^2\frac{\Phi(\delta)}v
          \left(\frac43-\frac43v+v^2\right),\qquad \delta = \frac{m_\mu^2v}{2E(1-v)}

for a photon of energy vE, with screening and nuclear size in Phi. A photon flies 9/7 X0 on average before it makes a
pair, or to the end of the target; what it showers into afterwards is seen, and not followed. Radiation on atomic
electrons (1/Z of this) is left out.

Reference: D. E. Groom, N. V. Mokhov, S. I. Striganov, At. Data Nucl. Data Tables 78 (2001) 183, Eqs. (13)-(18).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.core import Array, Beam, Target, Tracks
from darktarget.matter.materials import Element, material
from darktarget.shower import muon
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, MUON_MASS, GeV

MEAN_FREE_PATH: Final = 9 / 7  # of photons far above 1 GeV, in X0
BINS: Final = 60  # of the photon's energy: 2 % per bin over a factor of 3


def bremsstrahlung(v: Array, energy: Array, nucleus: Element) -> Array:
    r"""d sigma/dv of a muon on a nucleus, (energy unit)^-2, broadcast shape.

    Args:
        v: photon energy over muon energy, in (0, 1). energy: of the muon.
    """
    delta, root = MUON_MASS**2 * v / (2 * energy * (1 - v)), np.sqrt(np.e)
    atom = 183 * nucleus.Z ** (-1 / 3)  # B of Thomas-Fermi screening
    size = 1.54 * nucleus.A**0.27  # D_n
    screened = atom * MUON_MASS / ELECTRON_MASS / (1 + delta * root * atom / ELECTRON_MASS)
    phi = np.log(screened) - np.log(size / (1 + delta * (size * root - 2) / MUON_MASS))
    front = ALPHA * (2 * nucleus.Z * ALPHA / MUON_MASS) ** 2
    return np.asarray(front * (4 / 3 - 4 / 3 * v + v**2) / v * np.maximum(phi, 0.0))


def through(beam: Beam, target: Target, cut: float) -> Tracks:
    """Track lengths of a muon beam and of the photons above ``cut`` that it radiates.

    >>> from darktarget.core import Layer
    >>> path = through(Beam("muon", 160 * GeV), Target((Layer("Pb", 22.45),)), 80 * GeV)
    >>> print(f"{path.length[1].sum():.1e} X0 of photons above 80 GeV")
    9.3e-04 X0 of photons above 80 GeV
    """
    bare = muon.through(beam, target)
    photons = np.geomspace(min(cut, 0.9 * bare.energy[0]), bare.energy[0], BINS + 1)
    edges = np.concatenate([photons[:-1], bare.energy])
    slabs, depth = bare.length.shape[2], bare.depth
    length = np.zeros((2, len(bare.materials), slabs, edges.size - 1))
    length[:1, :, :, BINS:] = bare.length
    k, width = np.sqrt(photons[1:] * photons[:-1]), np.diff(photons)
    mean = np.sqrt(bare.energy[1:] * bare.energy[:-1])[::-1]  # of the muon, by slab
    left = depth[-1] - (depth[1:] + depth[:-1]) / 2
    flight = MEAN_FREE_PATH * -np.expm1(-left / MEAN_FREE_PATH)  # X0, by slab
    crossed = bare.length[0].sum(axis=-1)  # [material, slab]
    share = crossed.sum(axis=1) / crossed.sum()  # of the way, by material: the layers are thin
    for name, way in zip(bare.materials, crossed, strict=True):
        made = np.zeros((slabs, BINS))
        stuff = material(name)
        for nucleus, count in zip(stuff.elements, stuff.nuclei_per_cm2_per_X0, strict=True):
            rate = bremsstrahlung(k / mean[:, None], mean[:, None], nucleus) / mean[:, None]
            made += count * HBARC_CM**2 * rate * width
        length[1, :, :, :BINS] += share[:, None, None] * (made * (way * flight)[:, None])
    return Tracks(
        beam=beam,
        species=(beam.particle, "photon"),
        materials=bare.materials,
        depth=depth,
        energy=edges,
        length=length,
        line=np.zeros((2, len(bare.materials))),
        error=np.zeros_like(length),
        method=f"{bare.method}, and the photons above {cut / GeV:g} GeV that it radiates, until they make pairs",
    )
