r"""Squared amplitudes of a mediator with two particles of any masses, and the two kinds of decay that they give.

With coupling g, mediator X of squared mass s and particles a, b, each current states

.. math:: S(s; m_a, m_b) = \frac1{g^2}\sum_{\rm spins}|\mathcal M(X^* \to a\,b)|^2,

summed over the polarisations of X as well, and how much of it is one transverse polarisation. Then

.. math:: \Gamma(X\to ab) = \frac{4\pi\alpha}{2J+1}\,\frac{S}{2M}\,\frac{\lambda^{1/2}(M^2,m_a^2,m_b^2)}{8\pi M^2}

.. math:: \Gamma(b\to a\,X^*(s)) = \frac{4\pi\alpha}{n_b}\,\frac{|S|}{2m_b}\,
          \frac{\lambda^{1/2}(m_b^2,m_a^2,s)}{8\pi m_b^2}

by crossing, with n_b spin states of b. The sign of a fermion mass turns vector into axial and scalar into pseudoscalar.

S holds the part of spin J. A virtual vector has a part of spin 0 as well, which couples to the divergence of currents:

.. math:: \frac{-g^{\mu\nu}+q^\mu q^\nu/M^2}{s-M^2} = \frac{-g^{\mu\nu}+q^\mu q^\nu/s}{s-M^2}
          + \frac{q^\mu q^\nu}{s\,M^2}

(in unitary gauge). The second term has no pole: an exchange of spin 0 with amplitudes :math:`q\cdot J/\sqrt s` at
either end and :math:`1/M^2` in place of the propagator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from darktarget.core import Array, ByValue
from darktarget.decays.kinematics import kallen_root

Real = Array | float
Squared = Callable[[Real, Real, Real], Array]


def _none(s: Real, a: Real, b: Real) -> Array:
    return np.zeros(np.broadcast(s, a, b).shape)


@dataclass(frozen=True)
class Current:
    """How a mediator couples to a pair.

    Attributes:
        name: in words. spin: of the mediator. spin_states: of each particle of the pair.
        squared: S(s, m_a, m_b). transverse: the part of S of one transverse polarisation (0 for spin 0).
        divergence: :math:`\\frac1{g^2}\\sum|q_\\mu J^\\mu|^2` of a current of spin 1, energy^4; 0 where it is
            conserved, and for other spins.
    """

    name: str
    spin: int
    spin_states: int
    squared: Squared
    transverse: Squared
    divergence: Squared = _none


def combined(parts: tuple[tuple[Current, float], ...]) -> Current:
    """The current of several forms of the same pair, which do not interfere in sums over spins.

    Vector and axial currents (scalar and pseudoscalar densities) differ by gamma5: the trace with one gamma5 is
    antisymmetric, and what is summed over the spins of the pair is symmetric.

    Args:
        parts: currents of one spin, and the relative coupling of each.

    >>> left = combined(((VECTOR_FERMIONS, 0.5), (AXIAL_FERMIONS, -0.5)))
    >>> left.name, float(left.squared(1.0, 0.0, 0.0))
    ('vector current of fermions + axial current of fermions', 2.0)
    """
    if len(parts) == 1 and parts[0][1] == 1:
        return parts[0][0]
    first = parts[0][0]
    squares = tuple((coupling**2, current) for current, coupling in parts)
    return Current(
        " + ".join(current.name for current, _ in parts),
        first.spin,
        first.spin_states,
        _Sum(tuple((weight, current.squared) for weight, current in squares)),
        _Sum(tuple((weight, current.transverse) for weight, current in squares)),
        _Sum(tuple((weight, current.divergence) for weight, current in squares)),
    )


@dataclass(frozen=True)
class _Sum:
    """A weighted sum of functions of (s, m_a, m_b)."""

    parts: tuple[tuple[float, Squared], ...]

    def __call__(self, s: Real, a: Real, b: Real) -> Array:
        return np.asarray(sum(weight * function(s, a, b) for weight, function in self.parts))


def _vector(s: Real, a: Real, b: Real) -> Array:
    return np.asarray(2 * (s - np.subtract(a, b) ** 2) * (np.add(a, b) ** 2 + 2 * s) / s)


def _vector_transverse(s: Real, a: Real, b: Real) -> Array:
    return np.asarray(2 * (s - np.subtract(a, b) ** 2))


def _vector_divergence(s: Real, a: Real, b: Real) -> Array:
    return np.asarray(np.subtract(a, b) ** 2 * _scalar(s, a, b))  # (m_a - m_b) abar b


def axial_divergence(s: Real, a: Real, b: Real) -> Array:
    r"""Squared divergence of an axial current of fermions, :math:`2(m_a+m_b)^2[s-(m_a-m_b)^2]`; broadcasts.

    Args:
        s: squared mass of the pair (energy^2), -Q^2 for scattering. a, b: masses.

    Returns:
        energy^4, summed over spins, at unit coupling.

    >>> float(axial_divergence(1.0, 0.25, 0.25))
    0.5
    """
    return _vector_divergence(s, a, -np.asarray(b))


def _scalar(s: Real, a: Real, b: Real) -> Array:
    return np.asarray(2 * (s - np.add(a, b) ** 2))


def _kallen(s: Real, a: Real, b: Real) -> Array:
    return np.asarray((s - np.add(a, b) ** 2) * (s - np.subtract(a, b) ** 2))


@dataclass(frozen=True)
class _Negative:
    """The same with one fermion mass of the other sign: psi -> gamma5 psi."""

    squared: Squared

    def __call__(self, s: Real, a: Real, b: Real) -> Array:
        return self.squared(s, a, -np.asarray(b))


def _derivative(s: Real, a: Real, b: Real) -> Array:
    return np.asarray(_kallen(s, a, b) / s)


def _derivative_divergence(s: Real, a: Real, b: Real) -> Array:
    return np.asarray((np.square(a) - np.square(b)) ** 2 + np.zeros(np.shape(s)))


def _field_strengths(s: Real, a: Real, b: Real) -> Array:
    return np.asarray(8 * _kallen(s, a, b))


def _one(s: Real, a: Real, b: Real) -> Array:
    return np.ones(np.broadcast(s, a, b).shape)


#: abar gamma^mu b
VECTOR_FERMIONS: Final = Current("vector current of fermions", 1, 2, _vector, _vector_transverse, _vector_divergence)
#: abar gamma^mu gamma5 b
AXIAL_FERMIONS: Final = Current(
    "axial current of fermions", 1, 2,
    _Negative(_vector), _Negative(_vector_transverse), axial_divergence,
)  # fmt: skip
#: abar b
SCALAR_FERMIONS: Final = Current("scalar density of fermions", 0, 2, _scalar, _none)
#: abar i gamma5 b
PSEUDOSCALAR_FERMIONS: Final = Current("pseudoscalar density of fermions", 0, 2, _Negative(_scalar), _none)
#: i(a* d^mu b - b d^mu a*), or a d^mu b - b d^mu a of two real fields: all of it longitudinal for b -> a X, p wave
VECTOR_SCALARS: Final = Current("current of scalars", 1, 1, _derivative, _none, _derivative_divergence)
#: c_S a* b, alpha = c_S^2/(4 pi) in energy^2
SCALAR_SCALARS: Final = Current("scalars", 0, 1, _one, _none)
#: c_V phi V_{mu nu} Vtilde^{mu nu} of a real vector field, alpha = c_V^2/(4 pi) in energy^-2
PSEUDOSCALAR_VECTORS: Final = Current("vectors through phi V Vtilde", 0, 3, _field_strengths, _none)


@dataclass(frozen=True, eq=False)
class PairWidth(ByValue):
    """Width of a mediator into one kind of pair at P parameter points.

    Attributes:
        current: of the pair. first, second: their masses, [point]. alpha: strength, [point].
    """

    current: Current
    first: Array
    second: Array
    alpha: Array

    def __call__(self, mass: Array) -> Array:
        """Width at any (also virtual) mass of the mediator, [point, any]; exactly 0 where closed."""
        first, second, alpha = (v[:, None] for v in (self.first, self.second, self.alpha))
        return pair_width(self.current, mass, first, second, alpha)

    def at_points(self, which: npt.NDArray[np.bool_]) -> PairWidth:
        """The same at some of the points only."""
        first, second, alpha = (v[which] for v in (self.first, self.second, self.alpha))
        return replace(self, first=first, second=second, alpha=alpha)


def pair_width(current: Current, mass: Array, first: Real, second: Real, alpha: Real) -> Array:
    """Width of a mediator into two distinct particles at any (also virtual) mass; exactly 0 where closed.

    >>> print(f"{pair_width(VECTOR_FERMIONS, np.array([1.0]), 1 / 3, 1 / 3, 0.1)[0]:.4f}")
    0.0304
    """
    space = kallen_root(mass, first, second) / (8 * np.pi * mass**2)
    amplitude = current.squared(mass**2, first, second) / ((2 * current.spin + 1) * 2 * mass)
    return np.asarray(np.where(space > 0, 4 * np.pi * alpha * amplitude * space, 0.0))


def divergence_width(current: Current, mass: Array, first: Real, second: Real, alpha: Real) -> Array:
    r"""The part of spin 0 of a virtual vector into two distinct particles, as if of spin 0 with amplitude
    :math:`q\cdot J/\sqrt s`; exactly 0 where closed.

    >>> m = np.array([1.0])  # axial: that of a pseudoscalar with the coupling 2 m g/sqrt(s)
    >>> as_pseudoscalar = pair_width(PSEUDOSCALAR_FERMIONS, m, 0.2, 0.2, 0.1 * 0.4**2)
    >>> bool(np.isclose(divergence_width(AXIAL_FERMIONS, m, 0.2, 0.2, 0.1), as_pseudoscalar)[0])
    True
    """
    space = kallen_root(mass, first, second) / (8 * np.pi * mass**2)
    amplitude = current.divergence(mass**2, first, second) / (2 * mass**3)
    return np.asarray(np.where(space > 0, 4 * np.pi * alpha * amplitude * space, 0.0))


@dataclass(frozen=True, eq=False)
class PairDivergence(PairWidth):
    """The part of spin 0 of a virtual mediator into one kind of pair; as ``PairWidth``."""

    def __call__(self, mass: Array) -> Array:
        """``divergence_width`` at any (also virtual) mass of the mediator, [point, any]; exactly 0 where closed."""
        first, second, alpha = (v[:, None] for v in (self.first, self.second, self.alpha))
        return divergence_width(self.current, mass, first, second, alpha)


def divergence_of(pair: PairWidth) -> PairDivergence | None:
    """The part of spin 0 that belongs to a width; None where the current of the pair is conserved at every point."""
    whole = PairDivergence(pair.current, pair.first, pair.second, pair.alpha)
    above = np.maximum(2 * (pair.first + pair.second)[:, None], 1.0)  # any mass at which the pair is open
    return whole if whole(above).any() else None


def emission_width(current: Current, parent: Array, child: Real, root: Array, alpha: Real) -> Array:
    """Width of a particle into a lighter one and a mediator of mass ``root``; exactly 0 where closed."""
    space = kallen_root(parent, child, root) / (8 * np.pi * parent**2)
    amplitude = np.abs(current.squared(root**2, child, parent)) / (current.spin_states * 2 * parent)
    return np.asarray(np.where(space > 0, 4 * np.pi * alpha * amplitude * space, 0.0))


def emitted_divergence(current: Current, parent: Array, child: Real, root: Array, alpha: Real) -> Array:
    r"""The part of spin 0 of ``emission_width``, with the amplitude :math:`q\cdot J/\sqrt s`, s = root^2."""
    space = kallen_root(parent, child, root) / (8 * np.pi * parent**2)
    amplitude = np.abs(current.divergence(root**2, child, parent)) / (current.spin_states * 2 * parent * root**2)
    return np.asarray(np.where(space > 0, 4 * np.pi * alpha * amplitude * space, 0.0))


def anisotropy(current: Current, root: Array, child: Real, parent: Real, opening: Array) -> Array:
    r"""a in :math:`1 + a\cos^2\theta` of a lepton in the rest frame of its pair, against the emitted mediator.

    .. math:: a = b\,\frac{S_T - S_L}{(2-b)S_T + S_L}

    for the part of spin 1, 0 for spin 0; S_L = S - 2 S_T. The tensor of the lepton pair is
    :math:`\delta_{ij} - b\,n_in_j` in its direction n.

    Args:
        opening: b: beta^2 for a vector current, 1 for an axial one (``lepton_pair.LeptonPair.opening``).
    """
    if current.spin == 0:
        return np.zeros(np.broadcast(root, child, parent, opening).shape)
    transverse = np.abs(current.transverse(root**2, child, parent))
    longitudinal = np.abs(current.squared(root**2, child, parent)) - 2 * transverse
    bottom = (2 - opening) * transverse + longitudinal
    top = opening * (transverse - longitudinal)
    return np.asarray(np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0))
