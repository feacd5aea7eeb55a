"""Track tables: shipped, rebuilt, cached; the tracks command; targets as stacks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import darktarget as dt
from darktarget import cache
from darktarget.core import Beam, Layer, Target
from darktarget.errors import UnknownName
from darktarget.io.tables import tracks_document
from darktarget.shower import track_lengths as track_tables
from darktarget.units import GeV

NA64 = dt.experiment("na64e-2018")


def test_shipped_tracks_against_a_small_new_run() -> None:
    """Every shipped track table regenerated at low statistics from its recipe: track length above thresholds."""
    files = sorted(cache.SHIPPED.glob(f"tracks-*{cache.SUFFIX}"))
    assert files
    for path in files:
        recipe, stored = cache.read(path)
        scintillator = {x.material: x.visible for x in NA64.target.layers}
        layers = tuple(Layer(m, t, scintillator.get(m, False)) for m, t in recipe["layers"])
        target = Target(layers, recipe["repeat"])
        beam = Beam(recipe["particle"], recipe["energy_GeV"] * GeV)
        fresh = track_tables.build(beam, target, recipe["cut_GeV"] * GeV, showers=4000, seed=99)
        np.testing.assert_allclose(fresh["energy_GeV"], stored["energy_GeV"])
        for part in (0.1, 0.2, 0.5):
            above = stored["energy_GeV"][:-1] > part * recipe["energy_GeV"]
            known = stored["length"][:, :, :, above].sum(axis=(1, 2, 3))
            new = fresh["length"][:, :, :, above].sum(axis=(1, 2, 3))
            if known.min() > 0.05:  # a foil makes too few positrons to compare them so
                np.testing.assert_allclose(new, known, rtol=0.15 if part > 0.4 else 0.06)
            spread = np.sqrt((fresh["error"][:, :, :, above] ** 2).sum(axis=(1, 2, 3)))
            assert np.all(np.abs(new - known) < 8 * spread + 0.02 * known)  # bins of one particle are correlated


def test_lead_track_lengths_of_the_shipped_stack() -> None:
    """In the stack, too, the track length in X0 above 20 GeV is that of lead (0.4147, 1.831, 2.205) within 1.5 %."""
    path = dt.tracks(NA64.beam, NA64.target)
    for species, expected in (("positron", 0.4147), ("electron", 1.831), ("photon", 2.205)):
        length = path.length[path.species.index(species)].sum(axis=(0, 1))
        beyond = np.append(np.cumsum(length[::-1])[::-1], 0.0)  # above each edge
        total = np.exp(np.interp(np.log(20.0), np.log(path.energy[:-1]), np.log(beyond[:-1])))
        assert total == pytest.approx(expected, rel=0.015)


def test_density_integrates_to_the_length() -> None:
    path = dt.tracks(NA64.beam, NA64.target)
    energy = np.geomspace(10, 90, 20_001)
    inside = np.trapezoid(path.density("positron", "Pb", energy), energy)
    nodes, length = path.nodes("positron", "Pb", 10.0)
    assert inside == pytest.approx(length[nodes < 90].sum(), rel=0.03)


def test_methods_and_muons() -> None:
    thick = Target((Layer("Pb", 22.4),))
    muon = dt.tracks(Beam("muon", 160.0), thick)
    assert muon.nodes("muon", "Pb", 0.0)[1].sum() == pytest.approx(22.4 / (6.37 / 11.35))
    assert "mean energy loss from 160 to 159 GeV" in muon.method
    with pytest.raises(UnknownName, match="first-radiation-length"):
        dt.tracks(NA64.beam, NA64.target, method="guess")


def test_stacks_of_targets() -> None:
    stack = track_tables.stack_of(NA64.target)
    assert len(stack.layers) == 300
    assert stack.preshower_layers == 32
    assert stack.thickness_X0 == pytest.approx(40.6, abs=0.1)
    assert max(stack.depth_bins) == track_tables.DEPTH_BINS - 1
    slab = track_tables.stack_of(Target((Layer("W", 0.035),)))
    assert slab.thickness_X0 == pytest.approx(0.1, rel=0.01)


def test_the_document_of_the_command() -> None:
    document = tracks_document(dt.simulate_tracks("Pb", energy=100, cut=20, showers=200))
    edges = document["energy_GeV"]
    assert (edges[0], edges[-1]) == (20.0, 100.0)
    assert len(edges) - 1 >= 40 * np.log10(5)
    assert set(document["track_length_X0"]) == {"e-", "e+", "gamma"}
    assert len(document["error"]["e-"]) == len(edges) - 1
    assert document["showers_per_s"] > 0
    stack = tracks_document(dt.simulate_tracks("na64-ecal", energy=100, cut=20, showers=20))
    assert set(stack["track_length_X0"]) == {"Pb", "polystyrene"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--cut", "200"), "up to the beam energy"),
        (("--cut", "nan"), "cut = nan"),
        (("--showers", "0"), "a whole number of at least 1"),
        (("--showers", "1000000000000"), "core-days"),
        (("--thickness-X0", "-3"), "thickness_X0 = -3"),
        (("--beam", "proton"), "electron, positron, photon"),
        (("--energy", "-1"), "energy = -1"),
    ],
)
def test_bad_input(words: tuple[str, ...], message: str) -> None:
    command = [sys.executable, "-m", "darktarget.interface.cli", "tracks", "--energy", "100", "--target", "Pb"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_damaged_track_table_is_simulated_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARKTARGET_CACHE", str(tmp_path))
    monkeypatch.setattr(track_tables, "SHOWERS", 200)
    beam, target = Beam("electron", 10.0), Target((Layer("W", 0.7),))
    first = dt.tracks(beam, target)
    (stored,) = tmp_path.iterdir()
    content = bytearray(stored.read_bytes())
    content[-5] ^= 4
    stored.write_bytes(bytes(content))
    again = dt.tracks(beam, target)
    np.testing.assert_array_equal(again.length, first.length)
    assert cache.read(stored)[0]["showers"] == 200


def test_the_command_prints_one_document() -> None:
    command = [sys.executable, "-m", "darktarget.interface.cli", "tracks", "--energy", "20", "--target", "W"]
    done = subprocess.run(
        [*command, "--cut", "5", "--showers", "100", "--json"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["showers"] == 100
