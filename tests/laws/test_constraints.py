"""Laws of every constraint the registry finds, over the models it applies to."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Curve
from darktarget.errors import InputError, PhysicsError

MASSES = [0.012, 0.07, 0.3]
PAIRS = list(itertools.product(dt.names("constraints"), dt.names("models")))


@pytest.mark.parametrize(("name", "model"), PAIRS)
def test_curves_explain_themselves(name: str, model: str) -> None:
    """A curve has its provenance and ordered intervals, or the constraint says why it does not apply."""
    try:
        curve = dt.constraint(name, dt.model(model, mass=MASSES))
    except PhysicsError as refused:
        text = str(refused)
    else:
        text = _explained(curve, name)
    assert model in text
    assert len(text) > 20


def _explained(curve: Curve, name: str) -> str:
    """Check a curve; return the name of its model with its provenance."""
    assert (curve.name, curve.kind) == (name, "exclusion")
    assert all(p.reference and p.obtained for p in curve.published)
    assert 0 < curve.uncertainty <= 1
    assert 0.5 < curve.cl < 1
    for pairs, reason, lowest in zip(curve.intervals, curve.reason, curve.coupling, strict=True):
        edges = [e for pair in pairs for e in pair]
        assert edges == sorted(edges)
        assert (reason is None) == bool(pairs)
        assert lowest == edges[0] if pairs else np.isnan(lowest)
    provenance = (*curve.references, *curve.method, *(str(p) for p in curve.published))
    assert len(provenance) >= 3
    return f"{curve.model} {provenance}"


@pytest.mark.parametrize("name", dt.names("constraints"))
def test_every_constraint_applies_to_some_model(name: str) -> None:
    found = 0
    for model in dt.names("models"):
        try:
            curve = dt.constraint(name, dt.model(model, mass=MASSES))
        except PhysicsError:
            continue
        found += any(curve.intervals)
    assert found


@pytest.mark.parametrize("name", dt.names("constraints"))
def test_points_are_independent(name: str) -> None:
    """Each point of a curve is what it would be alone."""
    for model in ("dark-photon", "idm", "millicharge"):
        try:
            together = dt.constraint(name, dt.model(model, mass=MASSES))
        except PhysicsError:
            continue
        alone = dt.constraint(name, dt.model(model, mass=MASSES[1])).coupling
        np.testing.assert_allclose(together.coupling[1:2], alone, rtol=1e-9)
        return


def test_couplings_are_refused() -> None:
    with pytest.raises(InputError, match="leave it out"):
        dt.constraint("lep", dt.model("dark-photon", mass=0.1, coupling=1e-3))
