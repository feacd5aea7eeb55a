"""A member as the first thing imported in a fresh process: what it calculates, to be compared with a full process.

Run as a script, it reads jobs (kind, module, name) as JSON and answers with one result each. It imports numpy once and
forks per job, so that each finds no module of the package loaded.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any

import numpy as np

Job = tuple[str, str, str]
MODELS = (
    ("darktarget.models.dark_photon", "DarkPhoton"),
    ("darktarget.models.dipole_idm", "DipoleIdm"),
    ("darktarget.models.millicharge", "Millicharge"),
    ("darktarget.models.spin_2", "Spin2"),
)


def result(job: Job) -> Any:
    """Numbers of one member."""
    kind, module, name = job
    member = getattr(import_module(module), name)
    return globals()[kind](member)


def declared(find: Any) -> Any:
    """Widths of a model in TOML, by a function that returns its class."""
    return model(find("l-e-l-mu"))


def model(member: Any) -> Any:
    """Widths of every channel at two virtual masses."""
    made = member(mass=np.array([0.1]))
    return {f"{c.parent} {c.label}": c.at(np.array([[0.3, 1.7]])).tolist() for c in made.channels()}


def process(member: Any) -> Any:
    """Cross section of the first model that has it."""
    from darktarget.core import Beam

    made = member()
    for module, name in MODELS:
        given = {"mass_ratio": 1.5} if made.name == "off-shell" else {}
        which = getattr(import_module(module), name)(mass=np.array([0.01]), **given)
        if made.name in (*which.processes, *which.on_request):
            return made.cross_section(which, Beam(made.beams[0], 10.0), "Pb").sigma.tolist()
    raise AssertionError(made.name)


def constraint(member: Any) -> Any:
    """Intervals of the first model that it applies to."""
    from darktarget.errors import PhysicsError

    for module, name in MODELS:
        try:
            curve = member().apply(getattr(import_module(module), name)(mass=np.array([0.02])))
        except PhysicsError:
            continue
        return [list(map(list, point)) for point in curve.intervals]
    raise AssertionError(member.name)


def ability(member: Any) -> Any:
    """The Lorentz structures that have it, and whether each loads."""
    return {structure.name: member[structure] is not None for structure in member}


def _fork(job: Job) -> Any:
    """The result in a child process; an error there is printed, and ends this process as well."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        text = json.dumps(result(job))
        with os.fdopen(write, "w") as out:
            out.write(text)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as given:
        text = given.read()
    assert os.waitpid(child, 0)[1] == 0, job
    return json.loads(text)


if __name__ == "__main__":
    assert not any(name.startswith("darktarget") for name in sys.modules)
    print(json.dumps([_fork(job) for job in json.load(sys.stdin)]))
