r"""Resonant annihilation of positrons of the shower on atomic electrons, e+ e- -> X* -> dark pair.

.. math:: \sigma = 4\pi(2J+1)\,\frac{\Gamma_{ee}(\sqrt s)\,\Gamma_{\rm dark}(\sqrt s)}{(s-M^2)^2+M^2\Gamma^2},\qquad
          N = n_eX_0\int dE\,T_+(E)\,\sigma(s),\quad s = 2m_eE + 2m_e^2

per electron (E is the total positron energy), with the widths at the virtual mass sqrt(s). The propagator is full:
below the on-shell threshold of the mediator the tail above s = 4 m_chi^2 still makes dark pairs.
The integral runs over :math:`\psi = {\rm arsinh}[(s-M^2)/(M\Gamma)]`, in which a resonance of any width is smooth.

References: arXiv:1802.04756, arXiv:2108.04195 Eqs. (3)-(6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array, Beam, CrossSection, Model, Tracks, Yield
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.errors import chosen
from darktarget.matter.atomic_electrons import Smearing, smearing
from darktarget.matter.materials import Medium, material
from darktarget.numerics.quadrature import gauss_panels
from darktarget.production.options.annihilation import AnnihilationOptions
from darktarget.production.spectra.resonance import mediators
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, GeV

PANELS, NODES = 24, 8  # Gauss-Legendre panels in psi and nodes in each
FEW_PANELS = 6  # for materials that carry little of the track length
QUADRATURE_ERROR: Final = 2e-3  # of accepted pairs, over masses and widths (a test holds it to that)
REFERENCES: Final = ("1802.04756", "2108.04195")
DEFAULT: Final = AnnihilationOptions()

#: (s, M, on-shell width) -> M Gamma in the propagator, by name (read-only).
WIDTHS: Final[Mapping[str, Callable[[Array, Array, Array], Array]]] = MappingProxyType(
    {"fixed": lambda s, mass, width: mass * width + 0 * s, "running": lambda s, mass, width: s * width / mass}
)


def squared_energy(positron: Array | float) -> Array:
    """s for a positron of total energy E on an electron at rest, 2 m_e E + 2 m_e^2."""
    return np.asarray(2 * ELECTRON_MASS * positron + 2 * ELECTRON_MASS**2)


def resonant_energy(mass: Array | float) -> Array:
    r"""Positron energy at the peak, :math:`E_R = M^2/(2m_e) - m_e`.

    >>> round(float(resonant_energy(0.225)), 1)
    49.5
    """
    return np.asarray(np.square(mass) / (2 * ELECTRON_MASS) - ELECTRON_MASS)


def sigma(model: Model, s: Array, width: str = "fixed", offset: Array | None = None) -> Array:
    """Cross section per electron at unit coupling; exactly 0 below the threshold of the dark pair.

    Args:
        s: [point, any] (energy^2).
        width: fixed, or running as in S003 (M Gamma -> s Gamma/M).
        offset: s - M^2 where it is known to more digits than the difference has.

    Returns:
        (energy unit)^-2, the shape of ``s``.
    """
    running = chosen("width", width, WIDTHS)
    mass = model.mediator_mass[:, None]
    root = np.sqrt(s)
    pair = TO_LEPTONS.of(model.structure, f"annihilation to {model.mediator} of {model.name}")
    leptons = pair(root, 0.0, ALPHA) * model.lepton_coupling("electron")[:, None] ** 2
    dark = model.width(dark=True, at=root, coupling=model.reference_coupling)
    total = model.width(coupling=model.reference_coupling)[:, None]
    distance = s - mass**2 if offset is None else offset
    top = 4 * np.pi * (2 * model.structure.spin + 1) * leptons * dark
    breit_wigner = distance**2 + running(s, mass, total) ** 2
    return np.asarray(np.divide(top, breit_wigner, out=np.zeros_like(top), where=top > 0))


def resonance_nodes(model: Model, low: float, high: float, panels: int = PANELS) -> tuple[Array, Array]:
    """Nodes in s - M^2 and weights for s between two values, which resolve the resonance, each [point, node]."""
    mass, width = model.mediator_mass, model.width(coupling=model.reference_coupling)
    tail = 1e-6 * np.where(mass > 0, mass, model.dark_threshold) ** 2  # closed: a tail alone, any scale will do
    scale = np.where(model.width(dark=True) > 0, mass * width, tail)[:, None]
    square = mass[:, None] ** 2
    start = np.clip(model.dark_threshold[:, None] ** 2, low, high)  # nothing below the lightest pair
    first, last = np.arcsinh((start - square) / scale), np.arcsinh((high - square) / scale)
    place, weight = (v / panels for v in gauss_panels(np.arange(panels + 1.0), NODES))
    psi = first + (last - first) * place
    return scale * np.sinh(psi), scale * np.cosh(psi) * (last - first) * weight


class Annihilation:
    """e+ e- -> X* -> dark pair on atomic electrons."""

    name = "annihilation"
    beams = ("positron",)

    def cross_section(
        self, model: Model, beam: Beam, target: Medium, options: AnnihilationOptions = DEFAULT
    ) -> CrossSection:
        """Cross section per nucleus (Z electrons; a compound gives the mean) for a positron beam."""
        stuff = material(target)
        electrons = stuff.electrons_per_cm2_per_X0 / sum(stuff.nuclei_per_cm2_per_X0)
        s = np.broadcast_to(squared_energy(beam.energy), (model.points, 1))
        value = electrons * sigma(model, s, options.width)[:, 0]
        closed = "closed: sqrt(s) is below twice the dark mass"
        return CrossSection(
            mass=model.mass,
            sigma=value,
            relative_error=np.where(value > 0, 1e-12, 0.0),
            systematics={},
            method=(f"annihilation: full propagator, {options.width} width, electrons at rest",),
            reason=tuple(None if v > 0 else closed for v in value),
            references=REFERENCES,
        )

    def produce(self, model: Model, tracks: Tracks, minimum: float, options: AnnihilationOptions = DEFAULT) -> Yield:
        """Dark pairs above ``minimum`` energy per primary at unit coupling, from all positron tracks.

        ``Yield.on_shell`` gives the mediators on their mass shell, whatever they decay to.
        """
        energies, weights = [np.zeros((model.points, 0))], [np.zeros((model.points, 0))]
        for name in tracks.materials if "positron" in tracks.species else ():
            smear = smearing_in(options, tracks.beam, name)
            density = material(name).electrons_per_cm2_per_X0 * HBARC_CM**2
            for energy, weight in (
                self._along(model, tracks, name, minimum, options, smear),
                self._line(model, tracks, name, minimum, options, smear),
            ):
                energies.append(energy)
                weights.append(weight * density)
        energy = np.concatenate(energies, axis=1)
        pairs = Yield(
            process=self.name,
            energy=energy,
            parent=energy,
            species=np.full(sum(e.shape[1] for e in energies), "positron"),
            weight=np.concatenate(weights, axis=1),
            power=2.0,
            error=np.full(model.points, QUADRATURE_ERROR),
            decayed=True,
            pair_mass=np.sqrt(2 * ELECTRON_MASS * energy),  # of an electron at rest
            method=(
                tracks.method,
                f"annihilation: full propagator, {options.width} width, {smearing_text(options)}",
            ),
            references=(*REFERENCES, *tracks.references),
        )
        smear_in = partial(smearing_in, options, tracks.beam)
        return replace(pairs, on_shell=partial(mediators, pairs, model, tracks, minimum, smear_in))

    def spectrum(self, model: Model, tracks: Tracks, energy: Array, options: AnnihilationOptions = DEFAULT) -> Array:
        """Dark pairs per primary and energy at unit coupling, electrons at rest, on the first material.

        Args:
            energy: of the pair, [n].

        Returns:
            per energy unit, [point, n].
        """
        stuff = material(tracks.materials[0])
        positron = np.broadcast_to(energy - ELECTRON_MASS, (model.points, energy.size))
        value = sigma(model, squared_energy(positron), options.width)
        density = stuff.electrons_per_cm2_per_X0 * HBARC_CM**2
        return np.asarray(density * value * tracks.density("positron", tracks.materials[0], positron))

    def _along(
        self,
        model: Model,
        tracks: Tracks,
        medium: Medium,
        minimum: float,
        options: AnnihilationOptions,
        smear: Smearing,
    ) -> tuple[Array, Array]:
        """Continuum: for each s node and each (fraction, probability) of the smearing, s = fraction * s(E)."""
        least = max(minimum - ELECTRON_MASS, ELECTRON_MASS)
        low = float(squared_energy(least) * smear.fraction.min())
        high = float(squared_energy(tracks.beam.energy) * smear.fraction.max())
        total = sum(tracks.nodes("positron", name, minimum)[1].sum() for name in tracks.materials)
        much = tracks.nodes("positron", medium, minimum)[1].sum() > 0.1 * total
        offset, ds = resonance_nodes(model, low, high, PANELS if much else FEW_PANELS)
        s = model.mediator_mass[:, None] ** 2 + offset
        value = sigma(model, s, options.width, offset) * ds
        positron = (s[:, :, None] / smear.fraction - 2 * ELECTRON_MASS**2) / (2 * ELECTRON_MASS)
        jacobian = smear.probability / (2 * ELECTRON_MASS * smear.fraction)
        length = tracks.density("positron", medium, positron)
        weight = np.where(positron >= least, value[:, :, None] * length * jacobian, 0.0)
        energy = np.clip(positron * smear.kept + ELECTRON_MASS, 0, tracks.beam.energy)
        return energy.reshape(model.points, -1), weight.reshape(model.points, -1)

    def _line(
        self,
        model: Model,
        tracks: Tracks,
        medium: Medium,
        minimum: float,
        options: AnnihilationOptions,
        smear: Smearing,
    ) -> tuple[Array, Array]:
        """Positrons of exactly the beam energy, where a beam of them does not shower."""
        i, j = tracks.species.index("positron"), tracks.materials.index(medium)
        s = np.broadcast_to(squared_energy(tracks.beam.energy) * smear.fraction, (model.points, smear.fraction.size))
        if tracks.line[i, j] == 0:
            return np.zeros((model.points, 0)), np.zeros((model.points, 0))
        weight = sigma(model, s, options.width) * smear.probability * tracks.line[i, j]
        energy = np.broadcast_to(tracks.beam.energy * smear.kept, weight.shape)
        return energy, np.where(energy >= minimum, weight, 0.0)


def smearing_in(options: AnnihilationOptions, beam: Beam, medium: Medium) -> Smearing:
    """How electrons and radiation act in a material, at half of the beam energy."""
    half = float(squared_energy(beam.energy / 2))
    return smearing(material(medium), options.electrons, options.radiation, half, ELECTRON_MASS)


def smearing_text(options: AnnihilationOptions) -> str:
    """How the electrons and the initial state are treated, in words."""
    electrons = "electrons at rest" if options.electrons == "rest" else "electrons bound (hydrogen-like shells)"
    return electrons + (", initial-state radiation" if options.radiation else "")


def peak_cross_section(model: Model) -> Array:
    r"""Per electron at s = M^2 and unit coupling, :math:`4\pi\alpha/(M\Gamma)` for a vector (S003 Eq. 6), [point]."""
    return np.asarray(sigma(model, model.mass[:, None] ** 2)[:, 0])


def peak_mass(cut: float) -> float:
    r"""Mediator mass whose resonance sits at a positron energy, :math:`\sqrt{2m_eE}` (GeV from GeV).

    >>> round(peak_mass(50.0), 4)
    0.2261
    """
    return float(np.sqrt(2 * ELECTRON_MASS * (cut * GeV + ELECTRON_MASS)) / GeV)
