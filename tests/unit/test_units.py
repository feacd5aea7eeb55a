"""Constants, conversions and the freedom to choose the internal energy unit."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import darktarget as dt
from darktarget import units


def test_conversions() -> None:
    assert 1 / (units.PB * units.GeV**2) == pytest.approx(0.3893793721e9, rel=1e-9)
    assert pytest.approx(1 / 137.035999, rel=1e-8) == units.ALPHA


RESCALED = """
import importlib.util, json, pathlib, sys
import numpy as np
import darktarget
path = pathlib.Path(darktarget.__file__).parent / "units.py"
text = path.read_text()
assert "GeV: Final = 1.0" in text
spec = importlib.util.spec_from_loader("darktarget.units", loader=None)
module = importlib.util.module_from_spec(spec)
code = compile(text.replace("GeV: Final = 1.0", "GeV: Final = {unit}"), str(path), "exec")
sys.modules["darktarget.units"] = module
darktarget.units = module
getattr(__import__("builtins"), "exec")(code, module.__dict__)
import darktarget as dt
from darktarget.io.tables import limit_document, cross_section_document
model = dt.model("dark-photon", mass=[0.002, 0.05, 0.7])
bound = limit_document(dt.limit(model, dt.experiment("na64e-2018")))
ww = limit_document(dt.limit(model, dt.experiment("na64e-2018"), cross_section="iww"))
xsec = cross_section_document(dt.cross_section(model, energy=16, target="Al"))
visible = dt.model("dark-photon", mass=[0.01, 0.1], dm="none")
dump = limit_document(dt.limit(visible, dt.experiment("e137")))
muons = limit_document(dt.limit(model, dt.experiment("m3")))
events = dt.sampler(dt.model("dark-photon", mass=0.1), dt.experiment("ldmx-4gev")).events(1000)
edges = [x for point in dump["intervals"] for pair in point for x in pair]
extra = [edges, muons["coupling_upper"], events.weight.tolist()]
pairs = dt.model("dipole-idm", mass=[0.002, 0.05, 0.7], splitting=0.05)
dipole = limit_document(dt.limit(pairs, dt.experiment("na64e-2018")))
charged = limit_document(dt.limit(dt.model("millicharge", mass=[0.002, 0.05, 0.7]), dt.experiment("na64e-2018")))
axion = limit_document(dt.limit(dt.model("alp-dark-photon", mass=[0.002, 0.05, 0.7]), dt.experiment("na64e-2018")))
more = [document["coupling_upper"] for document in (dipole, charged, axion)]
rows = [*extra, *more, bound["coupling_upper"], bound["y_upper"], bound["mass_GeV"], ww["coupling_upper"]]
rows += [xsec["sigma_pb"]]
print(json.dumps(rows))
"""


@pytest.mark.validate
def test_the_internal_energy_unit_changes_nothing() -> None:
    """With MeV or another number inside, limits in eps and y, masses in GeV and sigma in pb stay the same."""

    def run(unit: float) -> list[list[float]]:
        code = RESCALED.replace("{unit}", repr(unit))
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    natural, rescaled = run(1.0), run(730.0)
    for there, here in zip(rescaled, natural, strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-9)
    plain = dt.limit(dt.model("dark-photon", mass=[0.002, 0.05, 0.7]), dt.experiment("na64e-2018"))
    np.testing.assert_allclose(natural[6], plain.coupling_upper, rtol=1e-12)
