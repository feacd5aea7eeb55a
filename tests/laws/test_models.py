"""Laws of every model that the registry finds: widths, branching fractions, decays, their samplers and documents.

Everything is asked of the model: which states and channels it has, what opens where, how widths grow.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Model
from darktarget.models import MODELS, documentation
from darktarget.testing import LAWS
from darktarget.testing.law import MASSES, Law, Subject
from darktarget.units import GeV

NAMES = dt.names("models")


def variants(name: str) -> list[dict[str, Any]]:
    """The default and every single choice of a parameter with named values."""
    declared = MODELS[name].parameters  # type: ignore[attr-defined]
    return [{}, *({p.name: choice} for p in declared for choice in p.choices if choice != p.default)]


CASES = [(name, variant) for name in NAMES for variant in variants(name)]
every = pytest.mark.parametrize(("name", "variant"), CASES, ids=lambda x: str(x))


def build(name: str, variant: dict[str, Any], mass: Any = MASSES) -> Model:
    return dt.model(name, mass=mass, **variant)


def broken(law: Law, subject: Subject) -> list[str]:
    return list(law.broken(subject))


@every
@pytest.mark.parametrize("law", [each for each in LAWS if not each.once], ids=lambda each: each.name)
def test_laws(law: Law, name: str, variant: dict[str, Any]) -> None:
    assert broken(law, Subject(partial(dt.model, name), variant)) == []


@pytest.mark.parametrize("name", NAMES)
def test_documents(name: str) -> None:
    kind = MODELS[name]
    assert "mathcal L" in documentation(name), "the Lagrangian"
    assert kind.name == name


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
