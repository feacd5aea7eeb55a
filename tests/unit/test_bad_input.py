"""Property tests: whatever a user passes, the answer is a result or a named error that says what was wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import darktarget as dt
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
