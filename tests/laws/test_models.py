"""Laws of every model that the registry finds: widths, branching fractions, decays, their samplers and documents.

Everything is asked of the model: which states and channels it has, what opens where, how widths grow.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Array, Channel, Model
from darktarget.decays.kinematics import uniforms
from darktarget.models import MODELS, documentation
from darktarget.units import GeV

NAMES = dt.names("models")
MASSES = [1e-3, 0.03, 0.3, 1.7]


def variants(name: str) -> list[dict[str, Any]]:
    """The default and every single choice of a parameter with named values."""
    declared = MODELS[name].parameters  # type: ignore[attr-defined]
    return [{}, *({p.name: choice} for p in declared for choice in p.choices if choice != p.default)]


CASES = [(name, variant) for name in NAMES for variant in variants(name)]
every = pytest.mark.parametrize(("name", "variant"), CASES, ids=lambda x: str(x))


def build(name: str, variant: dict[str, Any], mass: Any = MASSES) -> Model:
    return dt.model(name, mass=mass, **variant)


def mass_of(model: Model, parent: str) -> Array:
    return model.mediator_mass if parent == model.mediator else model.state(parent).mass


def virtual_masses(model: Model, channel: Channel) -> Array:
    """Masses of the parent around the threshold of a channel and its own, [point, any]."""
    threshold = np.sum(channel.masses, axis=0) if channel.masses else mass_of(model, channel.parent)
    scale = np.maximum(threshold, mass_of(model, channel.parent))
    return np.asarray(scale[:, None] * np.array([0.3, 0.999, 1.001, 1.4, 3.0]))


@every
def test_widths_are_finite_and_not_negative(name: str, variant: dict[str, Any]) -> None:
    model = build(name, variant)
    for channel in model.channels():
        width = channel.at(virtual_masses(model, channel))
        assert width.shape == (model.points, 5)
        assert np.all(np.isfinite(width) & (width >= 0)), channel.label


@every
def test_closed_channels_are_exactly_zero_and_thresholds_continuous(name: str, variant: dict[str, Any]) -> None:
    model = build(name, variant)
    for channel in model.channels():
        if not channel.masses or not np.all(np.sum(channel.masses, axis=0) > 0):
            continue  # unresolved hadrons, or massless daughters: no threshold
        threshold = np.sum(channel.masses, axis=0)[:, None]
        closed = channel.at(threshold * np.array([0.5, 1 - 1e-9, 1.0]))
        assert np.all(closed == 0.0), channel.label
        near = channel.at(threshold * np.array([1 + 1e-12, 1.01]))
        assert np.all(near[:, 0] <= 1e-4 * near[:, 1]), channel.label


@every
def test_branching_fractions_sum_to_one(name: str, variant: dict[str, Any]) -> None:
    model = build(name, variant)
    parents = dict.fromkeys(c.parent for c in model.channels())
    for parent, coupling in itertools.product(parents, (1e-4, 0.7)):
        parts = np.array(list(model.partial_widths(parent, coupling=coupling).values()))
        total = parts.sum(axis=0)
        opened = total > 0
        np.testing.assert_allclose((parts[:, opened] / total[opened]).sum(axis=0), 1.0, rtol=1e-12)
        length = model.proper_length(parent, coupling=coupling)
        assert np.all(np.isinf(length) == ~opened)
    whole = model.width(coupling=0.3)
    np.testing.assert_allclose(whole, model.width(dark=True, coupling=0.3) + model.width(dark=False, coupling=0.3))
    if np.all(model.mediator_mass > 0):
        np.testing.assert_allclose(whole, sum(model.partial_widths(model.mediator, coupling=0.3).values()), rtol=1e-12)
    assert np.all((model.invisible_fraction() >= 0) & (model.invisible_fraction() <= 1 + 1e-12))


@every
def test_widths_grow_with_the_coupling_as_declared(name: str, variant: dict[str, Any]) -> None:
    model = build(name, variant)
    for channel in model.channels():
        assert channel.power in (0.0, 2.0)
        one, two = (model.partial_widths(channel.parent, coupling=x)[channel.label] for x in (1e-3, 3e-3))
        np.testing.assert_allclose(two, one * 3**channel.power, rtol=1e-12)


@every
def test_dark_widths_are_linear_in_alpha_d(name: str, variant: dict[str, Any]) -> None:
    """Channels without the coupling come from the dark one; decays of dark states have one power of it as well."""
    if "alpha_D" not in build(name, variant).values:
        pytest.skip("no dark coupling")
    weak, strong = (build(name, {**variant, "alpha_D": a}) for a in (1e-9, 3e-9))
    for low, high in zip(weak.channels(), strong.channels(), strict=True):
        mass = virtual_masses(weak, low)
        linear = low.power == 0 or low.parent != weak.mediator
        np.testing.assert_allclose(high.at(mass), low.at(mass) * (3 if linear else 1), rtol=1e-6)


@every
def test_samplers_conserve_momentum_and_respect_masses(name: str, variant: dict[str, Any]) -> None:
    model = build(name, variant)
    for channel, point in itertools.product(model.channels(), range(model.points)):
        parent = mass_of(model, channel.parent)
        if channel.decay is None or channel.at(parent[:, None])[point, 0] == 0:
            continue
        uniform = uniforms(1, 0, 200, channel.decay.dimensions)
        momenta = channel.decay.sample(uniform, point)
        assert momenta.shape == (200, len(channel.daughters), 4)
        total = momenta.sum(axis=1) / parent[point]
        np.testing.assert_allclose(total, np.broadcast_to([1.0, 0, 0, 0], (200, 4)), atol=1e-9)
        if channel.masses:
            squared = momenta[..., 0] ** 2 - (momenta[..., 1:] ** 2).sum(axis=2)
            expected = np.array([m[point] for m in channel.masses]) ** 2
            np.testing.assert_allclose(
                squared, np.broadcast_to(expected, squared.shape), atol=1e-9 * parent[point] ** 2
            )
        again = channel.decay.sample(uniform[100:], point)
        assert (again == momenta[100:]).all()


@every
def test_three_body_differential_integrates_to_the_width(name: str, variant: dict[str, Any]) -> None:
    """By the trapezium rule on a dense grid, which knows nothing of the mapping of the quadrature."""
    model = build(name, variant)
    for channel in model.channels():
        differential = getattr(channel.decay, "differential", None)
        if differential is None:
            continue
        heavy, light = model.state(channel.parent), model.state(channel.daughters[0])
        low, high = channel.decay.threshold, (heavy.mass - light.mass)[:, None]  # type: ignore[union-attr]
        width = channel.at(heavy.mass[:, None])[:, 0]
        root = low * (np.maximum(high, low * 1.001) / low) ** np.linspace(0, 1, 60_001)
        s, value = root**2, differential(root)
        sum_ = ((value[:, 1:] + value[:, :-1]) / 2 * np.diff(s, axis=1)).sum(axis=1)
        np.testing.assert_allclose(sum_, width, rtol=2e-3, atol=1e-30)


@every
def test_states_are_the_lightest_first_and_complete(name: str, variant: dict[str, Any]) -> None:
    model = build(name, variant)
    states = model.states()
    known = {s.name for s in states}
    for state in states:
        assert state.degrees >= 1
        assert np.all(state.mass >= model.dark_mass)
    for channel in model.channels():
        assert channel.daughters
        assert channel.parent in known | {model.mediator}
        dark = [d for d in channel.daughters if d.removesuffix("bar") in known]
        for daughter, mass in zip(channel.daughters, channel.masses, strict=False):
            if daughter in dark:
                np.testing.assert_allclose(mass, model.state(daughter).mass)
    assert set(model.unstable) <= known


@pytest.mark.parametrize("name", NAMES)
def test_documents(name: str) -> None:
    kind = MODELS[name]
    assert "mathcal L" in documentation(name), "the Lagrangian"
    assert kind.references
    assert all(re.fullmatch(r"\d{4}\.\d{4,5}|[a-z-]+/\d{7}", key) for key in kind.references)
    assert kind.name == name
    for parameter in kind.parameters:  # type: ignore[attr-defined]
        assert parameter.text
        assert parameter.allowed


def _widths(scale: float) -> dict[str, list[float]]:
    """All widths with the internal energy unit scaled, in GeV, from a fresh interpreter."""
    code = f"""
import json, pathlib, sys, types
import darktarget
source = (pathlib.Path(darktarget.__file__).parent / "units.py").read_text()
module = types.ModuleType("darktarget.units")
sys.modules["darktarget.units"] = module
exec(compile(source.replace("GeV: Final = 1.0", "GeV: Final = {scale!r}"), "units.py", "exec"), module.__dict__)
import darktarget as dt
out = {{}}
for name in dt.names("models"):
    model = dt.model(name, mass=[0.03, 0.9])
    for parent in dict.fromkeys(c.parent for c in model.channels()):
        for label, width in model.partial_widths(parent, coupling=1e-3).items():
            out[f"{{name}} {{parent}} {{label}}"] = (width / module.GeV).tolist()
print(json.dumps(out))
"""
    import json

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_widths_do_not_depend_on_the_energy_unit() -> None:
    one, many = _widths(1.0), _widths(1000.0)
    assert set(one) == set(many)
    for key, width in one.items():
        np.testing.assert_allclose(many[key], width, rtol=1e-6, err_msg=key)
    assert GeV == 1.0
