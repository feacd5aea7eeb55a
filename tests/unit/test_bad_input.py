"""Property tests: whatever a user passes, the answer is a result or a named error that says what was wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import darktarget as dt
from darktarget.api import REGISTRIES
from darktarget.errors import DarktargetError, InputError, UnknownName
from darktarget.interface.parsing import masses, parameters

JUNK = st.one_of(
    st.none(), st.booleans(), st.text(max_size=5), st.just([]), st.just({}), st.just(object()),
    st.lists(st.lists(st.floats(), min_size=1, max_size=2), min_size=1, max_size=2),
    st.complex_numbers(max_magnitude=10).filter(lambda z: z.imag != 0),
)  # fmt: skip
NOT_POSITIVE = st.one_of(st.floats(max_value=0), st.sampled_from([math.nan, math.inf, -math.inf]))
NA64 = dt.experiment("na64e-2018")


@given(st.one_of(JUNK, NOT_POSITIVE))
def test_masses_that_are_none(value: Any) -> None:
    with pytest.raises(InputError, match="mass"):
        dt.model("dark-photon", mass=value)


@given(
    st.sampled_from(["alpha_D", "mass_ratio", "coupling"]),
    st.one_of(JUNK.filter(lambda v: v is not None), NOT_POSITIVE),
)
def test_parameters_that_are_none(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        dt.model("dark-photon", mass=0.1, **{name: value})


@given(st.one_of(JUNK, st.floats()))
def test_kinds_of_dark_matter(value: Any) -> None:
    if value is not None and value not in ("dirac", "majorana", "scalar", "none"):
        with pytest.raises(InputError, match="dm"):
            dt.model("dark-photon", mass=0.1, dm=value)


@given(st.one_of(JUNK, st.floats(max_value=0), st.floats(min_value=1), st.just(math.nan)))
def test_confidence_levels(value: object) -> None:
    with pytest.raises(InputError, match="cl"):
        dt.limit(dt.model("dark-photon", mass=0.1), NA64, cl=value)  # type: ignore[arg-type]


@given(st.one_of(JUNK, NOT_POSITIVE, st.floats(max_value=5e-4)))
def test_beam_energies(value: object) -> None:
    with pytest.raises(InputError, match="energy"):
        dt.cross_section(dt.model("dark-photon", mass=1e-4), energy=value, target="Pb")  # type: ignore[arg-type]


@given(st.text(max_size=12), st.sampled_from(["model", "experiment", "process", "names"]))
def test_unknown_names(name: str, function: str) -> None:
    known = {n for kind in ("models", "experiments", "processes", "signatures") for n in dt.names(kind)}
    if name not in known | {"models", "experiments", "processes", "signatures"} and not name.endswith(".toml"):
        with pytest.raises(UnknownName) as caught:
            getattr(dt, function)(name)
        assert caught.value.valid


@settings(max_examples=60)
@given(
    st.lists(st.floats(1e-9, 1e4), min_size=1, max_size=6),
    st.floats(0.5, 20),
    st.floats(1e-6, 12),
    st.sampled_from(["dirac", "majorana", "scalar"]),
)
def test_any_valid_model_has_a_limit_or_a_reason(mass: list[float], ratio: float, alpha: float, dm: str) -> None:
    model = dt.model("dark-photon", mass=mass, mass_ratio=ratio, alpha_D=alpha, dm=dm)
    if min(mass) >= 100:
        with pytest.raises(InputError, match="beam energy"):
            dt.limit(model, NA64)
        return
    bound = dt.limit(model, NA64)
    for upper, reason, counts in zip(bound.coupling_upper, bound.reason, bound.expected_counts, strict=True):
        assert (reason is None) == bool(np.isfinite(upper))
        assert (counts > 0) == bool(np.isfinite(upper))
        assert upper > 0 or np.isnan(upper)


@given(st.lists(st.text(max_size=8), max_size=3))
def test_words_of_the_command_line(words: list[str]) -> None:
    for parse in (masses, parameters):
        try:
            parse(words)
        except DarktargetError:
            continue


@given(st.floats(1e-6, 1), st.floats(1.01, 1e6), st.integers(2, 50))
def test_mass_ranges(low: float, factor: float, count: int) -> None:
    high = low * factor
    found = masses([f"{low!r}:{high!r}:{count}"])
    assert len(found) == count
    assert (found[0], found[-1]) == (low, high)
    np.testing.assert_allclose(np.diff(np.log(found)), np.log(high / low) / (count - 1), rtol=1e-6)


def test_arrays_of_different_length() -> None:
    with pytest.raises(InputError, match="2 values"):
        dt.model("dark-photon", mass=[0.1, 0.2, 0.3], alpha_D=[0.1, 0.5])
    assert dt.model("dark-photon", mass=0.1, alpha_D=[0.1, 0.5]).points == 2


def test_a_misspelt_parameter_is_guessed() -> None:
    with pytest.raises(InputError, match="Did you mean mass_ratio"):
        dt.model("dark-photon", mass=0.1, mass_ration=3)
    with pytest.raises(InputError, match="no default"):
        dt.model("dark-photon")


def test_results_cannot_be_changed() -> None:
    model = dt.model("dark-photon", mass=[0.1, 0.2])
    with pytest.raises(ValueError, match="read-only"):
        model.mass[0] = 1.0
    with pytest.raises(TypeError):
        model.values["alpha_D"] = 1  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        model.values["alpha_D"][0] = 1
    bound = dt.limit(model, NA64, bands=True)
    curve = dt.gminus2(model)
    for array in (
        bound.coupling_upper, bound.mass, bound.expected_counts, bound.bands["median"], bound.parameters["mass"],
        curve.coupling, curve.mass, curve.parameters["mass"],
    ):  # fmt: skip
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


def test_arrays_of_the_caller_stay_writable() -> None:
    mine = np.array([1e-4, 1e-5])
    curve = replace(dt.gminus2(dt.model("dark-photon", mass=[0.1, 0.2])), coupling=mine, extra={"column": mine})
    mine[0] = 2e-4
    for array in (curve.coupling, curve.extra["column"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


MODEL = dt.model("dark-photon", mass=0.1)
CURVES: list[Any] = [
    dt.gminus2,
    dt.relic_target,
    dt.omega,
    lambda m: dt.constraint("lep", m),
    lambda m: dt.curves([], m),
]
FLOW: list[Any] = [
    dt.limit, dt.measurement, dt.produce, dt.sampler,
    lambda model, experiment: dt.count(model, (), experiment),
]  # fmt: skip


@pytest.mark.parametrize("value", [NA64, None, [MODEL], type(NA64)])
@pytest.mark.parametrize("function", [*CURVES, lambda m: dt.cross_section(m, energy=100, target="Pb")])
def test_what_is_no_model_is_refused(function: Callable[[object], object], value: object) -> None:
    with pytest.raises(InputError, match=rf"(?s)which = .*a model, such as dt\.model.* of type {type(value).__name__}"):
        function(value)


@pytest.mark.parametrize("function", FLOW)
def test_models_and_experiments_are_not_mixed_up(function: Callable[[object, object], object]) -> None:
    with pytest.raises(InputError, match=r"model = <Experiment.*of type Experiment: swap the two arguments"):
        function(NA64, MODEL)
    with pytest.raises(InputError, match=r"model = 7.*dt\.model.*of type int"):
        function(7, "na64e-2018")
    with pytest.raises(InputError, match=r"experiment = 7.*dt\.experiment.*of type int"):
        function(MODEL, 7)


def test_other_arguments_of_the_steps() -> None:
    with pytest.raises(InputError, match=r"beam = 'electron'.*experiment\.beam"):
        dt.tracks("electron", NA64.target)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"target = 'Pb'.*experiment\.target"):
        dt.tracks(NA64.beam, "Pb")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"seen = 'box'.*experiment\.bins"):
        dt.select(MODEL, (), "box", NA64.beam, NA64.target)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="target = 'Pb'"):
        dt.select(MODEL, (), NA64.bins[0], NA64.beam, "Pb")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="list = "):
        dt.names(["models"])  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="beam = "):
        dt.simulate_tracks("Pb", energy=1.0, beam=["electron"])  # type: ignore[arg-type]


@pytest.mark.parametrize("function", [dt.limit, dt.measurement, dt.produce])
def test_lists_of_processes(function: Any) -> None:
    with pytest.raises(InputError, match=r'processes = .*a list of names.*processes=\["bremsstrahlung"\]'):
        function(MODEL, NA64, processes="bremsstrahlung")
    with pytest.raises(InputError, match=r"processes = 7: allowed is a list of names.*of type int"):
        function(MODEL, NA64, processes=7)
    with pytest.raises(InputError, match=r"processes = .*a list with annihilation once"):
        function(MODEL, NA64, processes=["annihilation", "bremsstrahlung", "annihilation"])
    with pytest.raises(UnknownName, match=r"process of dark-photon = 'anihilation'.*Did you mean annihilation"):
        function(MODEL, NA64, processes=["anihilation"])


def test_the_kinds_of_names_are_documented() -> None:
    assert f"any of {', '.join(REGISTRIES)}" in (dt.names.__doc__ or "")
