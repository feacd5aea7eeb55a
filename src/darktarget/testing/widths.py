"""Laws of widths, branching fractions and decays."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from darktarget.core import VECTOR, Array, Channel, Model, Parts
from darktarget.decays.kinematics import uniforms
from darktarget.decays.r_ratio import ELECTROMAGNETIC, hadronic_ratio
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.models.base.mediator import LEPTONS, MediatorModel
from darktarget.production.mesons.photoproduction import MESONS
from darktarget.testing.law import Subject, first, law, mass_of, source_of, virtual_masses
from darktarget.units import ALPHA, LEPTON_MASS, GeV

DRAWN: Final = 200  # decays of a channel
COUPLINGS: Final = (1e-4, 0.7)


@law("widths are finite, not negative and of the shape of the masses")
def widths(subject: Subject) -> Iterator[str]:
    """At masses below, at and above the threshold."""
    model = subject.model()
    for channel in model.channels():
        mass = virtual_masses(model, channel)
        width = np.asarray(channel.at(mass))
        if width.shape != mass.shape:
            yield f"{source_of(model, channel)} returned the shape {width.shape} for masses of shape {mass.shape}"
        elif (bad := ~(np.isfinite(width) & (width >= 0))).any():
            yield f"{source_of(model, channel)} is {first(width, bad, mass / GeV)}"


def _resolved(model: Model) -> Iterator[tuple[Channel, Array]]:
    """The channels with a threshold, and it, [point, 1]; others are hadrons, or have massless daughters."""
    for channel in model.channels():
        threshold = np.sum(channel.masses, axis=0) if channel.masses else np.zeros(1)
        if np.all(threshold > 0):
            yield channel, threshold[:, None]


@law("closed channels are exactly 0")
def closed(subject: Subject) -> Iterator[str]:
    """Up to the threshold itself."""
    model = subject.model()
    for channel, threshold in _resolved(model):
        mass = threshold * np.array([0.5, 1 - 1e-9, 1.0])
        width = channel.at(mass)
        if (width != 0).any():
            text = first(width, width != 0, mass / GeV)
            yield f"{source_of(model, channel)} is {text}, where it is closed: the daughters are too heavy"


@law("widths open continuously")
def thresholds(subject: Subject) -> Iterator[str]:
    """Just above the threshold a width is a small part of that 1 % above it."""
    model = subject.model()
    for channel, threshold in _resolved(model):
        mass = threshold * np.array([1 + 1e-12, 1.01])
        near = channel.at(mass)
        if (jump := near[:, :1] > 1e-4 * near[:, 1:]).any():
            text = first(near[:, :1], jump, mass[:, :1] / GeV)
            yield f"{source_of(model, channel)} jumps to {text}, the threshold"


@law("partial widths add up to the total, and lifetimes follow")
def totals(subject: Subject) -> Iterator[str]:
    """Branching fractions add up to 1; a state is stable where no channel is open."""
    model = subject.model()
    name = type(model).__name__
    for parent, coupling in itertools.product(dict.fromkeys(c.parent for c in model.channels()), COUPLINGS):
        parts = np.array(list(model.partial_widths(parent, coupling=coupling).values()))
        total = sum(c.at(mass_of(model, parent)[:, None])[:, 0] * coupling**c.power for c in model.decays_of(parent))
        if not np.allclose(parts.sum(axis=0), total, rtol=1e-12, atol=0):
            yield f"{name}.channels: two decays of {parent} have the same daughters, {[*_twice(model, parent)]}"
        if (np.isinf(model.proper_length(parent, coupling=coupling)) != (total == 0)).any():
            yield f"{name}.proper_length of {parent} is not hbar c over the sum of its widths"
    whole = model.width(coupling=0.3)
    if not np.allclose(whole, model.width(dark=True, coupling=0.3) + model.width(dark=False, coupling=0.3), atol=0):
        yield f"{name}.width: dark and visible widths do not add up to the total"


def _twice(model: Model, parent: str) -> Iterator[str]:
    labels = [c.label for c in model.decays_of(parent)]
    return (label for label in dict.fromkeys(labels) if labels.count(label) > 1)


@law("the invisible fraction is between 0 and 1")
def invisible(subject: Subject) -> Iterator[str]:
    """Of the mediator, for a small coupling."""
    model = subject.model()
    fraction = model.invisible_fraction()
    if (bad := ~((fraction >= 0) & (fraction <= 1 + 1e-12))).any():
        yield f"{type(model).__name__}.invisible_fraction is {first(fraction, bad, model.mass / GeV)}"


@law("widths are proportional to coupling^0 or coupling^2")
def powers(subject: Subject) -> Iterator[str]:
    """As each channel declares; they are given at unit coupling, so that a parameter ``coupling`` changes nothing."""
    model = subject.model()
    for channel in model.channels():
        if channel.power not in (0, 2):
            yield f"{source_of(model, channel)} has power = {channel.power:g}: 0 (no mediator coupling) or 2 is allowed"
    weak, strong = _weak_and_strong(subject, "coupling", 1e-3)
    for low, high in zip(weak, strong, strict=True):
        if not np.array_equal(low[1], high[1], equal_nan=True):
            yield f"{low[0]} depends on the parameter coupling: it has to be at unit coupling"


def _weak_and_strong(subject: Subject, name: str, value: float) -> tuple[list[tuple[str, Any]], ...]:
    """All widths at a value of a parameter and at three times it; nothing where the model has no such parameter."""
    known = {p.name for p in getattr(subject.build, "parameters", ())}
    if name not in known:
        return [], []
    models = [subject.model(**{name: v}) for v in (value, 3 * value)]
    return tuple([(source_of(m, c), c.at(virtual_masses(models[0], c))) for c in m.channels()] for m in models)


@law("dark widths are proportional to alpha_D")
def dark_coupling(subject: Subject) -> Iterator[str]:
    """Decays of the mediator without the coupling come from alpha_D; those of dark states have one power of it."""
    if "alpha_D" not in subject.model().values:
        return
    weak, strong = (subject.model(alpha_D=a) for a in (1e-9, 3e-9))
    for low, high in zip(weak.channels(), strong.channels(), strict=True):
        mass = virtual_masses(weak, low)
        linear = low.power == 0 or low.parent != weak.mediator
        if not np.allclose(high.at(mass), low.at(mass) * (3 if linear else 1), rtol=1e-6, atol=0):
            yield f"{source_of(weak, low)} is not {'proportional to' if linear else 'independent of'} alpha_D"


@law("sampled decays conserve momentum and have the masses of the daughters")
def samplers(subject: Subject) -> Iterator[str]:
    """In the rest frame of the parent; a random number gives the same decay alone."""
    model = subject.model()
    for channel, point in itertools.product(model.channels(), range(model.points)):
        parent = mass_of(model, channel.parent)
        if channel.decay is not None and channel.at(parent[:, None])[point, 0] > 0:
            yield from (f"{source_of(model, channel)}: {text}" for text in _drawn(channel, parent[point], point))


def _drawn(channel: Channel, parent: float, point: int) -> Iterator[str]:
    """What is wrong with decays of one channel at one point."""
    assert channel.decay is not None
    uniform = uniforms(1, 0, DRAWN, channel.decay.dimensions)
    momenta = channel.decay.sample(uniform, point)
    if momenta.shape != (DRAWN, len(channel.daughters), 4):
        yield f"decay.sample returned the shape {momenta.shape}, not {(DRAWN, len(channel.daughters), 4)}"
        return
    if not np.allclose(momenta.sum(axis=1) / parent, [1.0, 0, 0, 0], atol=1e-9):
        yield "momenta of the daughters do not add up to the parent's"
    squared = momenta[..., 0] ** 2 - (momenta[..., 1:] ** 2).sum(axis=2)
    expected = [m[point] ** 2 for m in channel.masses]
    if expected and not np.allclose(squared, expected, rtol=1e-7, atol=1e-9 * parent**2):
        yield "sampled daughters do not have the masses of the channel"
    if not (channel.decay.sample(uniform[DRAWN // 2 :], point) == momenta[DRAWN // 2 :]).all():
        yield "the same random numbers give other decays"


@law("differential widths integrate to the width")
def differentials(subject: Subject) -> Iterator[str]:
    """By the trapezium rule on a dense grid, which knows nothing of the mapping of the quadrature."""
    model = subject.model()
    for channel in model.channels():
        decay: Any = channel.decay
        differential = getattr(decay, "differential", None)
        if differential is None:
            continue
        heavy, light = model.state(channel.parent), model.state(channel.daughters[0])
        low, high = decay.threshold, (heavy.mass - light.mass)[:, None]
        width = channel.at(heavy.mass[:, None])[:, 0]
        root = low * (np.maximum(high, low * 1.001) / low) ** np.linspace(0, 1, 60_001)
        s, value = root**2, differential(root)
        total = ((value[:, 1:] + value[:, :-1]) / 2 * np.diff(s, axis=1)).sum(axis=1)
        if not np.allclose(total, width, rtol=2e-3, atol=1e-30):
            ratio = first(total / np.where(width > 0, width, 1.0), ~np.isclose(total, width, rtol=2e-3, atol=1e-30))
            yield f"{source_of(model, channel)} is the integral of its differential width divided by {ratio}"


@law("decays to leptons follow from the couplings to them")
def lepton_decays(subject: Subject) -> Iterator[str]:
    """For a mediator of spin 0 or 1 on shell: the sum over the forms of the coupling, to 1e-6."""
    model = subject.model()
    name, mass = type(model).__name__, model.mediator_mass[:, None]
    if model.structure.spin > 1 or not mass.all():
        return
    found = {channel.label: channel for channel in model.decays_of(model.mediator)}
    for short, lepton in LEPTONS.items():
        expected = np.asarray(
            sum(
                TO_LEPTONS.of(structure, model.name)(mass, LEPTON_MASS[lepton], ALPHA * _column(coupling) ** 2)
                for structure, coupling in _decay_parts(model, lepton)
            )
        )
        channel = found.get(f"{short}+ {short}-")
        width = channel.at(mass) if channel is not None else np.zeros_like(mass)
        if not np.allclose(width, expected, rtol=1e-6, atol=0):
            where = source_of(model, channel) if channel is not None else f"{name}.channels (no {short}+ {short}-)"
            point = int(np.argmax(np.abs(width - expected)))
            yield (
                f"{where} is {width[point, 0]:.4g} GeV, while {name}.lepton_coupling({lepton!r}) gives "
                f"{expected[point, 0]:.4g} GeV"
            )


def _column(coupling: Array) -> Array:
    return np.reshape(coupling, (-1, 1))


def _decay_parts(model: Model, lepton: str) -> Parts:
    """Forms of the coupling in decays: for spin 0, ``coupling`` may be that of the beam lepton, whichever it is."""
    if isinstance(model, MediatorModel) and model.structure.spin == 0:
        return model.visible_parts(lepton)
    return model.lepton_parts(lepton)


@law("decays to hadrons follow from the couplings to vector mesons")
def hadron_decays(subject: Subject) -> Iterator[str]:
    """For a mediator of spin 1: R(s) of the quark current of ``quark_charge`` at the rho and phi, to 20 %."""
    model = subject.model()
    weights = {meson: np.asarray(model.quark_charge(meson)) for meson in ("rho", "omega", "phi")}
    if model.structure.spin != 1 or not model.mediator_mass.all() or not any(w.any() for w in weights.values()):
        return
    at = np.array([[MESONS["rho"].mass, MESONS["phi"].mass]])
    mass = np.broadcast_to(at, (model.points, 2))
    found = [channel for channel in model.decays_of(model.mediator) if channel.label == "hadrons"]
    width = found[0].at(mass) if found else np.zeros(mass.shape)
    where = source_of(model, found[0]) if found else f"{type(model).__name__}.channels (no hadrons)"
    for point in range(model.points):
        rho, omega, phi = (float(w[point]) for w in weights.values())
        current = {"u": (omega / 3 + rho) / 2, "d": (omega / 3 - rho) / 2, "s": -phi / 3, "c": 0.0, "b": 0.0}
        expected = ALPHA * at[0] / 3 * hadronic_ratio(at[0] ** 2, current)
        if (bad := np.abs(width[point] - expected) > 0.2 * expected).any():
            text = first(width[point], bad, at[0] / GeV)
            yield f"{where} is {text}, while {type(model).__name__}.quark_charge gives {expected[bad][0]:.4g}"


@law("a gauge boson of lepton numbers decays to neutrinos", remark=True)
def neutrinos(subject: Subject) -> Iterator[str]:
    """Left-handed neutrinos have the charges of their leptons, unless the coupling comes from kinetic mixing."""
    model = subject.model()
    if model.structure != VECTOR or not model.mediator_mass.all():
        return
    if any(d.startswith("nu") for channel in model.decays_of(model.mediator) for d in channel.daughters):
        return
    values = [np.abs(model.lepton_coupling(lepton)) for lepton in LEPTONS.values()]
    universal = all(np.allclose(value, values[0]) for value in values)
    if not universal or getattr(model, "quarks", ELECTROMAGNETIC) != ELECTROMAGNETIC:
        yield (
            f"{type(model).__name__}.lepton_coupling is not that of kinetic mixing and no channel has neutrinos: if "
            "these are gauge charges, derive the class from GaugedModel with charges, or define neutrino_widths"
        )
