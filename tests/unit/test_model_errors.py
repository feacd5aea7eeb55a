"""Errors in the code of a user's own model name its file, line, class and method; results of another form as well."""

from __future__ import annotations

import inspect
import pickle
from functools import partial
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core.guard import OwnFunction, is_guarded
from darktarget.errors import InputError, ModelError, UnknownName
from darktarget.models import MODELS
from darktarget.models.base import SCALAR, VECTOR, Channel, GaugedModel, MediatorModel, YukawaModel

SEEN = dt.experiment("na64e-2018")


def own(base: type[MediatorModel] = MediatorModel, **methods: Any) -> Any:
    """A model of a user with some methods."""
    stated = {"name": "mine", "mediator": "X", "structure": VECTOR, "references": ("2108.04195",)}
    return type("Mine", (base,), {**stated, **methods})


def fails(*arguments: Any) -> Any:
    """Raises an error in its last line."""
    nothing: dict[str, Any] = {}
    return nothing["here"]


def line_of(function: Any) -> int:
    return inspect.getsourcelines(function)[1] + 3


@pytest.mark.parametrize(
    ("method", "run"),
    [
        ("lepton_coupling", lambda m: dt.limit(m, SEEN)),
        ("lepton_parts", lambda m: m.lepton_parts("muon")),
        ("lepton_width", lambda m: m.width()),
        ("lepton_ratio", lambda m: m.width()),
        ("hadron_width", lambda m: m.width()),
        ("states", lambda m: dt.relic_target(m)),
        ("exchanges", lambda m: m.exchanges()),
    ],
)
def test_errors_name_file_line_class_and_method(method: str, run: Any) -> None:
    kind = own(**dict[str, Any]({method: fails, "hadronic": True}))
    with pytest.raises(
        ModelError, match=rf"test_model_errors\.py, line {line_of(fails)}, in Mine\.{method}\("
    ) as found:
        run(kind(mass=0.1))
    assert isinstance(found.value.__cause__, KeyError)
    assert "KeyError: 'here'" in str(found.value)
    assert str(pickle.loads(pickle.dumps(found.value))) == str(found.value)  # noqa: S301 - our own bytes


@pytest.mark.parametrize("method", ["channels", "pairs", "neutrino_widths", "transitions"])
def test_errors_while_it_is_built(method: str) -> None:
    with pytest.raises(ModelError, match=rf"line {line_of(fails)}, in Mine\.{method}\("):
        own(**dict[str, Any]({method: fails}))(mass=0.1)


def test_properties_are_guarded() -> None:
    with pytest.raises(ModelError, match=r"in Mine\.dark_mass\("):
        own(dark_mass=property(fails))(mass=0.1)
    with pytest.raises(ModelError, match=r"Mine\.dark_mass\(\) returned 'light'"):
        own(dark_mass=property(lambda self: "light"))(mass=0.1)


def test_the_line_is_that_of_the_users_code_where_the_library_raises() -> None:
    def width(self: Any, lepton: str, mass: Any) -> Any:
        return np.ones((7, 3)) * mass

    with pytest.raises(
        ModelError, match=rf"line {line_of(width) - 2}, in Mine\.lepton_width\('electron', \.\.\.\): Val"
    ):
        own(lepton_width=width)(mass=[0.1, 0.2]).width()


def test_functions_that_a_method_hands_out() -> None:
    def channels(self: Any) -> Any:
        return (*MediatorModel.channels(self), Channel("X", ("a", "b"), partial(fails, 1), 2.0, False))

    with pytest.raises(ModelError, match=rf"line {line_of(fails)}, in Mine\.channels: fails\('a b'\): KeyError"):
        own(channels=channels)(mass=0.1).width()
    negative = own(neutrino_widths=lambda self: {"nu": np.square, "nu2": minus})(mass=0.1)
    with pytest.raises(ModelError, match=r"Mine\.neutrino_widths: minus\('nu2', \.\.\.\) returned .* with negative"):
        negative.width(at=np.ones((1, 1)))
    function = negative.neutrino_widths()["nu2"]
    assert isinstance(function, OwnFunction)
    again = pickle.loads(pickle.dumps(function))  # noqa: S301 - our own bytes
    assert again.function is minus
    with pytest.raises(ModelError, match=r"Mine\.neutrino_widths: minus\('nu2', \.\.\.\) returned .* with negative"):
        again(np.ones((1, 1)))


def minus(mass: Any) -> Any:
    """A width that is negative above 0.2 GeV."""
    return 0.2 - mass


@pytest.mark.parametrize(
    ("method", "value", "message"),
    [
        ("lepton_width", np.nan, r"lepton_width\('electron', \.\.\.\) returned nan: .*finite numbers >= 0 .*\(2, 1\)"),
        (
            "lepton_width",
            np.ones(2),
            r"lepton_width\('electron', \.\.\.\) returned an array of shape \(2,\): .*\(2, 1\)",
        ),
        ("hadron_width", -1.0, r"hadron_width\(\.\.\.\) returned -1\.0: "),
        ("hadron_width", None, r"hadron_width\(\.\.\.\) returned None: "),
        (
            "lepton_coupling",
            np.array([1.0, np.nan]),
            r"lepton_coupling\('electron'\) returned .*\(2,\) with nan or inf: ",
        ),
        (
            "lepton_parts",
            ((VECTOR, np.ones(3)),),
            r"lepton_parts\('electron'\) returned .* pairs \(LorentzStructure, coupl",
        ),
        ("lepton_parts", VECTOR, r"lepton_parts\('electron'\) returned LorentzStructure\('vector', 1\): "),
        ("lepton_ratio", "3", r"lepton_ratio\('electron'\) returned '3': "),
        ("states", ("chi",), r"states\(\) returned \('chi',\): it has to return a tuple of State"),
        ("exchanges", 1, r"exchanges\(\) returned 1: it has to return a tuple of Exchange"),
        ("quark_charge", "all", r"quark_charge\('omega'\) returned 'all': "),
        ("notes", "a text", r"notes\(\) returned 'a text': it has to return a tuple of texts"),
    ],
)
def test_results_of_another_form(method: str, value: Any, message: str) -> None:
    given: Any = property(lambda self: value) if method == "notes" else lambda self, *arguments: value
    kind = own(**{method: given}, hadronic=True)
    calls: dict[str, Any] = {
        "states": lambda model: model.states(),
        "exchanges": lambda model: model.exchanges(),
        "quark_charge": lambda model: model.quark_charge("omega"),
        "notes": lambda model: model.notes,
    }
    with pytest.raises(ModelError, match=rf"Mine\.{message}.*test_model_errors\.py, line \d+\)"):
        calls.get(method, lambda model: model.width())(kind(mass=[0.1, 0.2]))


def test_a_form_that_the_first_step_refuses() -> None:
    with pytest.raises(
        ModelError, match=r"Mine\.transitions\(\) returned None: it has to return a tuple of Transition"
    ):
        own(transitions=lambda self: None)(mass=0.1)


def test_one_number_is_enough_and_lists_become_tuples() -> None:
    model = own(
        hadronic=True,
        hadron_width=lambda self, mass: 0,
        states=lambda self: [],
        lepton_parts=lambda self, lepton: [(VECTOR, 2)],
        quark_charge=lambda self, meson: 1,
    )(mass=[0.1, 0.2])
    np.testing.assert_array_equal(model.hadron_width(np.ones((2, 3))), np.zeros((2, 3)))
    assert model.states() == ()
    ((_, coupling),) = model.lepton_parts("electron")
    np.testing.assert_array_equal(coupling, [2, 2])
    np.testing.assert_array_equal(model.quark_charge("phi"), [1, 1])


def test_errors_with_a_type_keep_it_and_get_a_note() -> None:
    def channels(self: Any) -> Any:
        return self.state("chi9")

    with pytest.raises(UnknownName, match="state of mine = 'chi9'") as found:
        own(channels=channels)(mass=0.1)
    (note,) = found.value.__notes__
    assert note.startswith("raised in Mine.channels()")
    assert f"line {line_of(channels) - 2}" in note
    with pytest.raises(InputError, match="alpha_D") as wrong:  # of a parameter: the caller's, not the model's
        own(__init__=lambda self, **given: MediatorModel.__init__(self, **given))(mass=0.1, alpha_D=-1)
    assert getattr(wrong.value, "__notes__", []) == []


def test_a_model_that_knows_electrons_knows_positrons() -> None:
    known = {"electron": 1.0, "muon": 3.0, "tau": 1.0}
    model = own(lepton_coupling=lambda self, lepton: known[lepton])(mass=[0.05, 0.1])
    np.testing.assert_array_equal(model.lepton_coupling("positron"), model.lepton_coupling("electron"))
    ((_, coupling),) = model.lepton_parts("positron")
    np.testing.assert_array_equal(coupling, [1.0, 1.0])
    bound = dt.limit(model, dt.experiment("na64e-positron"))
    expected = dt.limit(
        dt.model("dark-photon", mass=[0.05, 0.1]), dt.experiment("na64e-positron"), processes=["bremsstrahlung"]
    )
    alone = dt.limit(model, dt.experiment("na64e-positron"), processes=["bremsstrahlung"])
    np.testing.assert_allclose(alone.coupling_upper, expected.coupling_upper, rtol=1e-12)
    assert np.isfinite(bound.coupling_upper).all()


def test_visible_decays_follow_the_coupling() -> None:
    known = {"electron": 1.0, "muon": 3.0, "tau": 0.0}
    model = own(lepton_coupling=lambda self, lepton: known[lepton])(mass=[5.0, 6.0])
    photon = dt.model("dark-photon", mass=[5.0, 6.0]).partial_widths("A'")
    widths = model.partial_widths("X")
    np.testing.assert_allclose(widths["mu+ mu-"], 9 * photon["mu+ mu-"], rtol=1e-12)
    np.testing.assert_array_equal(widths["tau+ tau-"], 0.0)
    varied = own(lepton_coupling=lambda self, lepton: self.mass)(mass=[5.0, 6.0]).partial_widths("X")
    np.testing.assert_allclose(varied["e+ e-"], np.array([25.0, 36.0]) * photon["e+ e-"], rtol=1e-12)


def test_methods_are_methods() -> None:
    with pytest.raises(
        InputError, match=r"lepton_width of the model Mine = 1: allowed is a method, lepton_width\(self"
    ):
        own(lepton_width=1)


def test_shipped_models_are_not_guarded() -> None:
    for kind in MODELS.loaded(plugins=False).values():
        assert not any(is_guarded(value) for value in vars(kind).values()), kind
    assert is_guarded(vars(own(lepton_width=fails))["lepton_width"])
    assert not is_guarded(vars(own(YukawaModel, structure=SCALAR))["name"])
    assert not is_guarded(GaugedModel.lepton_width)
