"""Names are file names."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

import darktarget as dt
from darktarget import registry as module
from darktarget.api import REGISTRIES
from darktarget.errors import UnknownName
from darktarget.models.dark_photon import DarkPhoton
from darktarget.registry import Registry


@pytest.mark.parametrize("kind", list(REGISTRIES))
def test_every_name_loads(kind: str) -> None:
    for name in dt.names(kind):
        assert getattr(REGISTRIES[kind][name], "name", name) == name


def test_unknown_names_list_the_valid_ones() -> None:
    with pytest.raises(UnknownName, match="dark-photon"):
        dt.model("dark-foton", mass=1)
    with pytest.raises(UnknownName, match="na64e-2018"):
        dt.experiment("na65")
    with pytest.raises(UnknownName, match="models"):
        dt.names("things")
    for wrong in (None, 3, ["dark-photon"], "_parameters", "../models/dark_photon"):
        with pytest.raises(UnknownName):
            dt.model(wrong, mass=1)  # type: ignore[arg-type]


def test_entry_points_of_other_packages_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("my-model", "darktarget.models.dark_photon:DarkPhoton", "darktarget.models")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == point.group else [])
    models: Registry[object] = Registry("model", "darktarget.models")
    assert "my-model" in models.names()
    assert models["my-model"] is DarkPhoton
    assert module.camel("l-mu-l-tau") == "LMuLTau"
