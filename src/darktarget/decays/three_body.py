r"""chi2 -> chi1 X* -> chi1 + (visible pair or hadrons) through a virtual mediator, exact in all masses.

For a mediator X of mass M the width factorises at any squared mass s of the pair into two widths at that virtual mass,
and Gamma is that of X into dark pairs, 0 below their thresholds:

.. math:: \frac{d\Gamma}{ds} = \frac1\pi\,\Gamma(\chi_2\to\chi_1X^*(s))\,
          \frac{\sqrt s\,\Gamma(X^*\to{\rm pair};\sqrt s)}{(s-M^2)^2+s\,\Gamma(\sqrt s)^2}
          + \frac1\pi\,\Gamma_0(\chi_2\to\chi_1X^*(s))\,\frac{\sqrt s\,\Gamma_0(X^*\to{\rm pair};\sqrt s)}{M^4}

The second term is the part of spin 0 of a vector (``decays.currents``), where the current of the leptons is axial: it
is of the order m_l^2/M^2, and has no interference with the first one (``decays.lepton_pair``).

A test compares it with the integral of explicit traces over the three-body phase space. In the rest frame of the pair
a lepton has the angular distribution 1 + a cos^2(theta) (``currents.anisotropy``) against the direction of chi1 in the
part of spin 1, and is isotropic in that of spin 0. Where both pairs couple with vector and axial forms, l+ and l- have
opposite terms in cos(theta), which are left out: they vanish in the sum over the two charges.

Where the mediator itself is light enough to be on shell (M < m2 - m1) the decay is chi2 -> chi1 X, and the three-body
channel is 0 here: it would be that decay counted twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from darktarget.core import Array, ByValue
from darktarget.core.propagator import ENERGY_DEPENDENT, inverse_square
from darktarget.decays.currents import Current, PairWidth, anisotropy, emission_width, emitted_divergence
from darktarget.decays.kinematics import directions, kallen_root, momentum
from darktarget.decays.lepton_pair import LeptonPair
from darktarget.decays.photon_pair import PhotonPair
from darktarget.errors import PhysicsError
from darktarget.numerics.quadrature import gauss
from darktarget.units import GeV

NODES: Final = 64  # Gauss-Legendre nodes of a lepton pair
PANEL_NODES: Final = 8  # of each panel between the breaks of R(s)
TABLE: Final = 2001  # points of the cumulative distribution that is inverted
_CHUNK: Final = 16_384  # decays at a time, so that the work stays in the cache
#: Breaks (GeV) between which R(s) is smooth: rho-omega, phi, heavier mesons, charm.
BREAKS: Final = (
    0.5, 0.65, 0.72, 0.76, 0.775, 0.783, 0.79, 0.8, 0.83, 0.9, 0.98, 1.01, 1.017, 1.0195, 1.022, 1.03, 1.06, 1.2, 1.5,
    1.9, 2.1, 3.0, 3.73, 3.765, 3.785, 3.85, 4.1, 4.3, 5.0, 10.0, 30.0,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ThreeBody(ByValue):
    """chi2 -> chi1 + pair at P parameter points.

    Attributes:
        current: of the mediator with chi1 and chi2. alpha: its strength, [point].
        parent, child: masses of chi2 and chi1, [point].
        mediator: its mass, [point]. widths: into dark pairs, which its propagator contains.
        visible: masses of any shape -> width of the mediator into the pair at that mass and unit coupling.
        threshold: least mass of the pair, 0 for neutrinos and photons.
        lepton: mass of each of its two particles; None for hadrons, which stay one system of mass sqrt(s).
        pair: the forms of the coupling to the leptons, for their angles and the part of spin 0; by default one form, a
            conserved vector (or scalar) current.
    """

    current: Current
    alpha: Array
    parent: Array
    child: Array
    mediator: Array
    widths: tuple[PairWidth, ...]
    visible: Callable[[Array], Array]
    threshold: float
    lepton: float | None
    pair: LeptonPair | None = None
    dimensions = 5

    def __hash__(self) -> int:  # of what differs between decays, for the cache of distributions
        return hash((self.threshold, self.lepton, self.parent.tobytes(), self.child.tobytes()))

    def differential(self, root: Array, parent: Array | None = None) -> Array:
        r"""d Gamma/ds at unit coupling, 1/energy; ``root`` = sqrt(s), [point, any]; exactly 0 where closed.

        Args:
            parent: virtual masses of chi2, broadcasting with ``root``; on shell by default.
        """
        heavy = self.parent[:, None] if parent is None else parent
        mass = self.mediator[:, None]
        emitted = emission_width(self.current, heavy, self.child[:, None], root, self.alpha[:, None])
        inside = (root > self.threshold) & (emitted > 0) & (mass >= heavy - self.child[:, None])
        safe = np.where(inside, root, mass)
        top = emitted * safe * self.visible(safe)
        below = inverse_square(ENERGY_DEPENDENT, safe, mass, self._total(mass), self._total(safe))
        resonant = np.divide(top, np.pi * below, out=np.zeros_like(top), where=inside)
        return np.asarray(resonant + self.spin_zero(root, parent) if self.has_spin_zero else resonant)

    @property
    def has_spin_zero(self) -> bool:
        """Whether there is a part of spin 0: a vector and leptons whose current is not conserved."""
        return self.pair is not None and self.current.spin == 1 and bool(self.pair.diverging)

    def spin_zero(self, root: Array, parent: Array | None = None) -> Array:
        """The part of spin 0 in ``differential``, with the same arguments."""
        heavy, child = self.parent[:, None] if parent is None else parent, self.child[:, None]
        mass = self.mediator[:, None]
        inside = (root > self.threshold) & (root < heavy - child) & (mass >= heavy - child)
        if self.pair is None or not inside.any():
            return np.zeros(inside.shape)
        safe = np.where(inside, root, mass)
        emitted = emitted_divergence(self.current, heavy, child, root, self.alpha[:, None])
        top = np.where(inside, emitted * safe * self.pair.divergence(safe), 0.0)
        return np.asarray(top / (np.pi * mass**4))

    def _total(self, root: Array) -> Array:
        """Width of the mediator to dark pairs at virtual masses, the shape of ``root``."""
        return np.asarray(sum((width(root) for width in self.widths), np.zeros_like(root)))

    def at(self, parent: Array) -> Array:
        """Width at unit coupling for virtual masses of chi2, [point, any]."""
        columns = [self._integral(np.broadcast_to(c, self.parent.shape)) for c in parent.T]
        return np.stack(columns, axis=1)

    def _integral(self, parent: Array) -> Array:
        total, top = np.zeros_like(parent), parent - self.child
        open_ = top > self.threshold
        if not open_.any():
            return total
        part = self.at_points(open_)
        root, weight = part.nodes(top[open_])
        total[open_] = (part.differential(root, parent[open_, None]) * weight).sum(axis=1)
        return total

    def at_points(self, chosen: npt.NDArray[np.bool_]) -> ThreeBody:
        """The same decay at some of the points only."""
        alpha, parent, child, mediator = (a[chosen] for a in (self.alpha, self.parent, self.child, self.mediator))
        one = replace(self, alpha=alpha, parent=parent, child=child, mediator=mediator)
        widths = tuple(width.at_points(chosen) for width in self.widths)
        visible = self.visible.at_points(chosen) if isinstance(self.visible, LeptonPair | PhotonPair) else self.visible
        pair = None if self.pair is None else self.pair.at_points(chosen)
        return replace(one, widths=widths, visible=visible, pair=pair)

    def nodes(self, top: Array) -> tuple[Array, Array]:
        """Nodes in sqrt(s) between the threshold and ``top`` [point] and weights in s, each [point, node].

        Logarithmic in s, linear for massless pairs, and quadratic at both ends, where momenta vanish as square roots.
        """
        if self.lepton is None:
            return self._panels(top)
        z, w = gauss(NODES)
        place, slope = np.sin(np.pi * z / 2) ** 2, np.pi / 2 * np.sin(np.pi * z)
        if self.threshold == 0:
            high = np.square(top)[:, None]
            return np.sqrt(high * place), high * slope * w
        log = 2 * np.log(top / self.threshold)[:, None]
        s = self.threshold**2 * np.exp(log * place)
        return np.sqrt(s), s * log * slope * w

    def _panels(self, top: Array) -> tuple[Array, Array]:
        edges = np.array([self.threshold, *(b * GeV for b in BREAKS if b * GeV > self.threshold), np.inf])
        edges = edges[: np.searchsorted(edges, top.max()) + 1]
        low, high = (np.minimum(e, top[:, None]) for e in (edges[:-1], edges[1:]))
        z, w = gauss(PANEL_NODES)
        place, slope = np.sin(np.pi * z / 2) ** 2, np.pi / 2 * np.sin(np.pi * z)
        root = low[:, :, None] + (high - low)[:, :, None] * place
        weight = (high - low)[:, :, None] * slope * w * 2 * root
        return root.reshape(top.size, -1), weight.reshape(top.size, -1)

    def sample(self, uniform: Array, point: int = 0, mass: Array | None = None) -> Array:
        """Momenta of chi1 and the pair (or chi1 and the hadrons) in the rest frame of chi2.

        Args:
            uniform: [n, 5]. point: which parameter point. mass: not used, chi2 is on shell.

        Returns:
            [n, 3, 4], or [n, 2, 4] for hadrons; nan where the decay is closed.
        """
        bodies = 2 if self.lepton is None else 3
        if not self.parent[point] - self.child[point] > self.threshold:
            return np.full((len(uniform), bodies, 4), np.nan)
        grid, probability = _cumulative(self, point)
        out = np.empty((len(uniform), bodies, 4))
        for start in range(0, len(uniform), _CHUNK):
            part = slice(start, start + _CHUNK)
            root = np.interp(uniform[part, 0], probability, grid)
            self._fill(out[part], uniform[part], root, point)
        return out

    def _fill(self, out: Array, uniform: Array, root: Array, point: int) -> None:
        heavy, light = self.parent[point], self.child[point]
        p = momentum(heavy, light, root)
        cosine, sine, cos_phi, sin_phi = directions(uniform[:, 1:3])
        axis = (sine * cos_phi, sine * sin_phi, cosine)
        energy = np.sqrt(root**2 + p**2)
        out[:, 0, 0] = heavy - energy
        for i in range(3):
            out[:, 0, i + 1] = -p * axis[i]
        if self.lepton is None:
            out[:, 1] = -out[:, 0]
            out[:, 1, 0] = energy
            return
        speed = kallen_root(root, self.lepton, self.lepton) / root**2
        polar = _angle(uniform[:, 3], self.anisotropy(root, point))
        azimuth = 2 * np.pi * uniform[:, 4]
        k, across = speed * root / 2, np.sqrt(np.maximum(1 - polar**2, 0))
        # along the pair's direction: boosted; across it: unchanged
        along = k * polar * energy / root
        first, second = k * across * np.cos(azimuth), k * across * np.sin(azimuth)
        sideways = (
            first * cosine * cos_phi - second * sin_phi,
            first * cosine * sin_phi + second * cos_phi,
            -first * sine,
        )
        out[:, 1, 0] = energy / 2 + p * k * polar / root
        out[:, 2, 0] = energy - out[:, 1, 0]
        for i in range(3):
            out[:, 1, i + 1] = (p / 2 + along) * axis[i] + sideways[i]
            out[:, 2, i + 1] = p * axis[i] - out[:, 1, i + 1]

    def anisotropy(self, root: Array, point: int = 0) -> Array:
        """a in the distribution 1 + a cos^2(theta) of a lepton against chi1 in the rest frame of the pair, [n].

        Args:
            root: mass of the pair, [n]. point: which parameter point.

        Raises:
            PhysicsError: hadrons, which are one system.
        """
        if self.lepton is None:
            raise PhysicsError("hadrons of a three-body decay are one system, without an angle")
        one = self.at_points(np.arange(self.parent.size) == point)
        opening = (kallen_root(root, self.lepton, self.lepton) / root**2) ** 2
        if one.pair is not None:
            opening = one.pair.opening(root[None])[0]
        a = anisotropy(self.current, root, self.child[point], self.parent[point], opening)
        if not self.has_spin_zero:
            return a
        whole, flat = one.differential(root[None])[0], one.spin_zero(root[None])[0]
        slope = np.divide(whole - flat, 1 + a / 3, out=np.zeros_like(a), where=whole > 0)
        return np.asarray(np.divide(slope * a, slope + flat, out=np.zeros_like(a), where=whole > 0))


@lru_cache(maxsize=64)
def _cumulative(decay: ThreeBody, point: int) -> tuple[Array, Array]:
    """A grid in sqrt(s) and the probability below each of its points."""
    one = decay.at_points(np.arange(decay.parent.size) == point)
    top = float(one.parent[0] - one.child[0])
    place = np.sin(np.pi / 2 * np.linspace(0, 1, TABLE)) ** 2
    massless = decay.threshold == 0
    root = top * place if massless else decay.threshold * np.exp(np.log(top / decay.threshold) * place)
    x, w = gauss(4)
    inner = root[:-1, None] + np.diff(root)[:, None] * x
    density = one.differential(inner.reshape(1, -1)).reshape(inner.shape) * 2 * inner
    cumulative = np.concatenate([[0.0], np.cumsum((density * w).sum(axis=1) * np.diff(root))])
    return root, cumulative / cumulative[-1]


def _angle(uniform: Array, a: Array) -> Array:
    r"""cos(theta) distributed as 1 + a cos^2(theta): the root of c + a c^3/3 = (2u - 1)(1 + a/3)."""
    goal = (2 * uniform - 1) * (1 + a / 3)
    size = np.sqrt(np.maximum(np.abs(a), 1e-12))
    argument = 1.5 * goal * size
    rising = np.sinh(np.arcsinh(argument) / 3)
    falling = np.sin(np.arcsin(np.clip(argument, -1, 1)) / 3)
    return np.asarray(np.clip(2 / size * np.where(a > 0, rising, falling), -1, 1))
