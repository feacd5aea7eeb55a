"""What there is and what works with what, from the registries.

``python -m darktarget.interface.catalogue > docs/models.md`` writes the page of the documentation.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from darktarget import api, flow
from darktarget.core import Experiment, Model
from darktarget.errors import DarktargetError
from darktarget.matter.materials import MATERIALS
from darktarget.models import MODELS, documentation

PROBES = (0.1, 0.01, 0.25)  # GeV: a process works if it gives accepted events at any of them
HEADER = """# Models

Generated from the code by `python -m darktarget.interface.catalogue > docs/models.md`; a test keeps it up to date.
The file of each model in `src/darktarget/models` has the Lagrangian, and how many charge assignments it counts.
"""


def page() -> str:
    """The page as Markdown."""
    names = api.names("models")
    parts = [HEADER, *(section(name) for name in names), works(names)]
    return "\n".join(parts)


def section(name: str) -> str:
    """Parameters, states and decay channels of one model at its defaults."""
    kind: Any = MODELS[name]
    model = api.model(name, mass=0.1)
    title = documentation(name).split("\n")[0].split(": ")[0].rstrip(".:")
    states = ", ".join(f"{s.name} ({s.degrees})" for s in model.states()) or "none"
    rows = [
        f"## {name}",
        f"{title}. Mediator {model.mediator}; dark states (degrees of freedom): {states}. "
        f"References: {', '.join(model.references)}.",
        "",
        "| parameter | meaning | allowed | default |",
        "| --- | --- | --- | --- |",
        *(f"| `{p.name}` | {p.text} | {p.allowed} | {_default(p)} |" for p in kind.parameters),
        "",
        *(f"- {parent} -> {'; '.join(labels)}" for parent, labels in _decays(model).items()),
        "",
    ]
    return "\n".join(rows)


def works(names: Iterable[str]) -> str:
    """In which experiments each process of a model gives accepted events."""
    experiments = {name: api.experiment(name) for name in api.names("experiments")}
    rows = [
        "## What works",
        "",
        "Experiments in which a process gives accepted events, for the model at its defaults.",
        "",
    ]
    rows += ["| model | process | experiments |", "| --- | --- | --- |"]
    for name in names:
        model, probes = api.model(name, mass=0.1), [api.model(name, mass=mass) for mass in PROBES]
        for process in (*model.processes, *model.on_request):
            note = " (on request)" if process in model.on_request else ""
            alike = {_setup(e): e for e in experiments.values()}
            works = {setup: any(_accepted(m, e, process) for m in probes) for setup, e in alike.items()}
            seen = [key for key, e in experiments.items() if works[_setup(e)]]
            text = "all" if len(seen) == len(experiments) else ", ".join(seen) or "none"
            rows.append(f"| {name} | {process}{note} | {text} |")
    return "\n".join(rows) + "\n"


def materials() -> str:
    """The shipped materials with their numbers, as Markdown.

    >>> [row for row in materials().split(chr(10)) if row.startswith("| `PbWO4`")]
    ['| `PbWO4` | Pb, W, O | 8.3 | 7.389 | 0.8903 | 0.413 | 600.7 |']
    """
    rows = [
        "# Materials",
        "",
        "Generated from the files in `src/darktarget/matter/materials`. Radiation lengths follow from the composition "
        "(Tsai's formula) unless a file gives them; elements are at 20 C and 1 atm, except hydrogen, which is liquid.",
        "",
        "| name | elements | density [g/cm3] | X0 [g/cm2] | X0 [cm] | Z/A [mol/g] | I [eV] |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in MATERIALS.names(plugins=False):
        m = MATERIALS[name]
        symbols = ", ".join(e.symbol for e in m.elements)
        lengths = f"{m.radiation_length:.4g} | {m.radiation_length_cm:.4g}"
        rows.append(
            f"| `{name}` | {symbols} | {m.density:.4g} | {lengths} | {m.Z_over_A:.3f} | {m.mean_excitation:.4g} |"
        )
    return "\n".join(rows) + "\n"


def _setup(seen: Experiment) -> Hashable:
    """What decides whether events are accepted at all; exposures and backgrounds do not."""
    return repr((seen.beam, seen.target, [b.signature for b in seen.bins]))


def _accepted(model: Model, seen: Experiment, process: str) -> bool:
    try:
        return bool((flow.measurement(model, seen, processes=[process]).unit > 0).any())
    except DarktargetError:
        return False


def _decays(model: Model) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for channel in model.channels():
        found.setdefault(channel.parent, []).append(channel.label)
    return found


def _default(parameter: Any) -> str:
    return ("optional" if parameter.optional else "required") if parameter.default is None else f"{parameter.default}"


if __name__ == "__main__":
    print(page(), end="")
