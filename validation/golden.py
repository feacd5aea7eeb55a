"""Record what the package calculates, and compare two records: nothing may move when code is only moved.

    python -m validation.golden record before.npz              # everything (about half an hour on two cores)
    python -m validation.golden record before.npz --part widths --part relic
    python -m validation.golden compare before.npz after.npz   # exit status 1 if a number moved by more than 1e-9

Only public names are used, so that one copy of this file records any version of the package. A record holds one array
per quantity, under a name such as ``limits/na64e-2018/dark-photon/coupling_upper``; a calculation that is refused is
recorded by the type of its error. ``small`` is the part that ``make test`` compares with ``tests/data/golden.npz``.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import darktarget as dt
from darktarget.errors import DarktargetError

TOLERANCE = 1e-9
MASSES = np.geomspace(2e-3, 0.9, 12)
FEW = np.array([0.02, 0.1, 0.4])
LIGHT_SCALAR_DIPOLE = {"millicharge": np.geomspace(2e-3, 0.4, 12)}
Record = dict[str, np.ndarray[Any, Any]]


def masses(model: str, few: bool) -> np.ndarray[Any, Any]:
    """Masses at which a model is recorded, GeV."""
    return FEW if few else LIGHT_SCALAR_DIPOLE.get(model, MASSES)


def attempt(record: Record, key: str, calculate: Callable[[], dict[str, Any]]) -> None:
    """Add what a calculation returns, or the type of the error with which it is refused."""
    try:
        found = calculate()
    except DarktargetError as error:
        found = {"error": type(error).__name__}
    for name, value in found.items():
        record[f"{key}/{name}"] = np.asarray(value)


def flat(intervals: Any) -> list[float]:
    """Edges of intervals, point by point, a nan between points."""
    return [x for point in intervals for pair in (*point, (np.nan,)) for x in pair]


def limit(model: str, experiment: str, few: bool = False, **choices: Any) -> dict[str, Any]:
    """The numbers of one limit."""
    bound = dt.limit(dt.model(model, mass=masses(model, few)), dt.experiment(experiment), **choices)
    return {
        "coupling_upper": bound.coupling_upper,
        "intervals": flat(bound.intervals),
        "expected_counts": bound.expected_counts,
        "count_limit": bound.count_limit,
        "count_limit_with_nuisances": bound.count_limit_with_nuisances,
        "relative_error": bound.relative_error,
        **{f"systematics/{name}": value for name, value in bound.systematics.items()},
    }


def simulated(experiment: str) -> bool:
    """Whether the acceptance of an experiment is simulated, event by event."""
    return bool(dt.experiment(experiment).target.slabs)


def _limits(slow: bool) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    for experiment in dt.names("experiments"):
        if simulated(experiment) is slow:
            for model in dt.names("models"):
                yield f"{experiment}/{model}", partial(limit, model, experiment, few=slow)


def limits() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Every experiment with every model, and every choice of a calculation and of a statistic once."""
    yield from _limits(slow=False)
    choices: list[dict[str, Any]] = [
        {"cross_section": "ww"},
        {"cross_section": "iww"},
        {"form_factor": "elastic"},
        {"form_factor": "helm"},
        {"electrons": "bound"},
        {"radiation": True},
        {"electrons": "rest", "radiation": False},
        {"width": "running"},
        {"tracks": "first-radiation-length"},
        {"glauber": "classical"},
        {"meson_scale": 2.0},
        {"processes": ["annihilation"]},
        {"method": "classical"},
        {"method": "feldman-cousins"},
        {"method": "bayes"},
        {"nuisances": "profile"},
        {"nuisances": "none"},
        {"cl": 0.95},
    ]
    for given in choices:
        text = json.dumps(given, sort_keys=True)
        yield f"na64e-2018/dark-photon/{text}", partial(limit, "dark-photon", "na64e-2018", **given)
    yield "na64mu-2022/l-mu-l-tau/with-photons", partial(limit, "l-mu-l-tau", "na64mu-2022", tracks="with-photons")


def simulations() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Limits whose acceptance is simulated."""
    yield from _limits(slow=True)


def widths() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Partial widths of the mediator and of the dark states of every model."""
    for name in dt.names("models"):

        def widths_of(name: str = name) -> dict[str, Any]:
            model = dt.model(name, mass=masses(name, False))
            parents = dict.fromkeys(channel.parent for channel in model.channels())
            return {
                f"{parent}/{daughters}": width
                for parent in parents
                for daughters, width in model.partial_widths(parent, coupling=1e-3).items()
            }

        yield name, widths_of


def density(name: str) -> dict[str, Any]:
    """Relic density at a coupling."""
    return {"omega": dt.omega(dt.model(name, mass=masses(name, False), coupling=1e-3))}


def relic() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Thermal targets and relic densities."""
    for name in dt.names("models"):
        kinds: list[dict[str, Any]] = [{}, {"dm": "scalar"}, {"dm": "majorana"}] if name == "dark-photon" else [{}]
        for kind in kinds:
            for options in ({}, {"width": "running"}, {"equilibrium": "assumed"}):
                key = "/".join([name, *kind.values(), *options.values()])

                def target(n: str = name, k: dict[str, Any] = kind, o: dict[str, Any] = options) -> dict[str, Any]:
                    curve = dt.relic_target(dt.model(n, mass=masses(n, False), **k), **o)
                    return {"coupling": curve.coupling, "intervals": flat(curve.intervals)}

                yield key, target
        yield (
            f"{name}/omega",
            partial(density, name),
        )


def gminus2() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Bands of both leptons."""
    for name in dt.names("models"):
        for lepton in ("muon", "electron"):

            def band(n: str = name, which: str = lepton) -> dict[str, Any]:
                curve = dt.gminus2(dt.model(n, mass=masses(n, False)), which)
                return {"coupling": curve.coupling, "intervals": flat(curve.intervals)}

            yield f"{name}/{lepton}", band


def constraints() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Every constraint on every model."""
    for constraint in dt.names("constraints"):
        for name in dt.names("models"):

            def apply(c: str = constraint, n: str = name) -> dict[str, Any]:
                curve = dt.constraint(c, dt.model(n, mass=masses(n, False)))
                return {"coupling": curve.coupling, "intervals": flat(curve.intervals)}

            yield f"{constraint}/{name}", apply


def cross_sections() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Cross sections of every process that a model has, with every method."""
    for name in dt.names("models"):
        model = dt.model(name, mass=masses(name, False))
        for process in (*model.processes, *model.on_request):
            for beam in dt.process(process).beams:

                def sigma(n: str = name, p: str = process, b: str = beam) -> dict[str, Any]:
                    which = dt.model(n, mass=masses(n, False))
                    found = dt.cross_section(which, beam=b, energy=16, target="Pb", process=p)
                    return {"sigma": found.sigma, "relative_error": found.relative_error}

                yield f"{name}/{process}/{beam}", sigma


def events() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """200 events of each kind."""
    for experiment in dt.names("experiments"):
        every = experiment in ("ldmx-4gev", "na64e-2018", "na64mu-2022", "na64e-2018-displaced")
        for name in dt.names("models") if every else ("dark-photon", "idm"):
            for process in dt.names("processes"):

                def drawn(e: str = experiment, n: str = name, p: str = process) -> dict[str, Any]:
                    model = dt.model(n, mass=0.1, coupling=1e-3)
                    sample = dt.sampler(model, dt.experiment(e), process=p).events(200, seed=7)
                    found = {n: getattr(sample, n) for n in ("weight", "momentum", "particle", "mass", "vertex")}
                    return {**found, **sample.extra}

                yield f"{experiment}/{name}/{process}", drawn


def figures() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """The data of every figure of the papers, as the command line writes it."""
    for key in dt.names("figures"):

        def data(key: str = key) -> dict[str, Any]:
            with tempfile.TemporaryDirectory() as folder:
                command = [sys.executable, "-c", "from darktarget.interface.cli import main; main()"]
                subprocess.run([*command, "figure", key, "--out", folder], check=True, capture_output=True)
                found: dict[str, Any] = {}
                for path in sorted(Path(folder).glob("*.csv")):
                    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
                    for row in csv.reader(lines):
                        found.setdefault(f"{path.name}/text", []).extend(x for x in row if _number(x) is None)
                        found.setdefault(f"{path.name}/numbers", []).extend(
                            n for n in map(_number, row) if n is not None
                        )
                return found

        yield key, data


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def small() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """A few seconds of everything."""
    for experiment in ("na64e-2018", "ldmx-8gev", "m3", "na64mu-2022"):
        for model in ("dark-photon", "scalar", "l-mu-l-tau", "spin-2"):
            yield f"limits/{experiment}/{model}", partial(limit, model, experiment, few=True)
    yield from ((f"widths/{key}", calculate) for key, calculate in widths())
    yield from ((f"gminus2/{key}", calculate) for key, calculate in gminus2())
    chosen = {"dark-photon/running", "idm", "scalar", "dipole-idm"}
    yield from ((f"relic/{key}", calculate) for key, calculate in relic() if key in chosen)
    chosen = {"babar-2017/dark-photon", "na62/dark-photon", "lep/b-l", "cmb/dark-photon", "slac-mq/millicharge"}
    yield from ((f"constraints/{key}", calculate) for key, calculate in constraints() if key in chosen)
    chosen = {"ldmx-4gev/dark-photon/bremsstrahlung", "na64mu-2022/scalar/bremsstrahlung"}
    yield from ((f"events/{key}", calculate) for key, calculate in events() if key in chosen)


PARTS: dict[str, Callable[[], Iterator[tuple[str, Callable[[], dict[str, Any]]]]]] = {
    "small": small,
    "widths": widths,
    "gminus2": gminus2,
    "relic": relic,
    "constraints": constraints,
    "cross-sections": cross_sections,
    "events": events,
    "limits": limits,
    "simulations": simulations,
    "figures": figures,
}


def recorded(parts: list[str]) -> Record:
    """The record of some parts."""
    record: Record = {}
    for part in parts:
        for key, calculate in PARTS[part]():
            attempt(record, f"{part}/{key}", calculate)
        print(f"{part}: {len(record)} arrays so far", file=sys.stderr, flush=True)
    return record


def moved(before: Record, after: Record, tolerance: float = TOLERANCE) -> Iterator[tuple[str, str]]:
    """Names of quantities that differ, and by how much."""
    for name in sorted(before.keys() | after.keys()):
        if name not in after or name not in before:
            yield name, "only before" if name in before else "only after"
            continue
        a, b = before[name], after[name]
        if a.shape != b.shape or a.dtype.kind in "US" or b.dtype.kind in "US":
            if a.shape != b.shape or not np.array_equal(a, b):
                yield name, f"{a.shape} {a.ravel()[:3]} -> {b.shape} {b.ravel()[:3]}"
            continue
        a, b = a.astype(float), b.astype(float)
        finite = np.isfinite(a) & np.isfinite(b)
        if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
            yield name, "finite in one only"
        scale = 1e-12 * np.max(np.abs(a[finite]), initial=0.0)  # below which a component of a vector is 0
        size = np.abs(b[finite] - a[finite]) / np.maximum(np.abs(a[finite]), max(scale, 1e-300))
        if size.size and size.max() > tolerance:
            yield name, f"{size.max():.2e} at most, {np.count_nonzero(size > tolerance)} of {size.size} numbers"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser("record")
    record.add_argument("file", type=Path)
    record.add_argument("--part", action="append", choices=list(PARTS))
    compare = commands.add_parser("compare")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    compare.add_argument("--tolerance", type=float, default=TOLERANCE)
    given = parser.parse_args()
    if given.command == "record":
        np.savez_compressed(given.file, **recorded(given.part or [p for p in PARTS if p != "small"]))  # type: ignore[arg-type]
        return 0
    with np.load(given.before) as before, np.load(given.after) as after:
        a, b = dict(before), dict(after)
    differences = list(moved(a, b, given.tolerance))
    for name, text in differences:
        print(f"{name}: {text}")
    print(f"{len(a)} quantities before, {len(b)} after, {len(differences)} moved")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
