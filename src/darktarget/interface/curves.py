"""Commands whose result is a curve: ``relic``, ``omega``, ``gminus2`` and ``constraint``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from darktarget.interface import completion
from darktarget.interface.common import FITTED, Force, Json, Mass, ModelWord, Out, Param, build, note, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from darktarget.core import Curve


def relic(
    model: ModelWord,
    mass: Mass = None,
    param: Param = None,
    omega_h2: Annotated[float, typer.Option("--omega-h2", help="Relic density aimed at.")] = 0.12,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Coupling that gives the relic density by thermal freeze-out."""
    from darktarget import api
    from darktarget.interface.output import PICTURES, TABLES, ResultFiles
    from darktarget.io.curves import relic_columns, relic_document

    theory = build(model, mass, param)
    files = ResultFiles.planned(out, (theory.name, "relic"), force, (*TABLES, *PICTURES))
    found = api.relic_target(theory, omega_h2, **options)
    document = relic_document(found, omega_h2)
    rows = zip(*(document[k] for k in ("mass_GeV", "coupling", "y", "reason")), strict=True)
    show(document, as_json, ("mass [GeV]", "coupling", "y", ""), rows)
    note(document["method"])
    files.write(document, lambda: relic_columns(found), lambda: _drawn(found))


def omega(
    model: ModelWord,
    mass: Mass = None,
    param: Param = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Relic density that given couplings leave (needs -p coupling=...)."""
    from darktarget import api
    from darktarget.interface.output import ResultFiles
    from darktarget.io.curves import omega_columns, omega_document
    from darktarget.thermal.relic import omega_method

    chosen = build(model, mass, param)
    files = ResultFiles.planned(out, (chosen.name, "omega"), force)
    density = api.omega(chosen, **options)
    document = omega_document(chosen, density)
    rows = ((*row, None) for row in zip(*(document[k] for k in ("mass_GeV", "coupling", "omega_h2")), strict=True))
    show(document, as_json, ("mass [GeV]", "coupling", "Omega h^2"), rows)
    note(omega_method(chosen, **options))
    files.write(document, lambda: omega_columns(chosen, density))


def gminus2(
    model: ModelWord,
    mass: Mass = None,
    param: Param = None,
    lepton: Annotated[str, typer.Option(help="muon or electron.")] = "muon",
    delta: Annotated[float | None, typer.Option(help="A value instead of --anomaly; needs --sigma.")] = None,
    sigma: Annotated[float | None, typer.Option(help="Error of --delta.")] = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Couplings that explain an anomaly of a lepton's magnetic moment, and their 2 sigma band."""
    from darktarget import api
    from darktarget.interface.output import PICTURES, TABLES, ResultFiles
    from darktarget.io.curves import gminus2_columns, gminus2_document

    theory = build(model, mass, param)
    files = ResultFiles.planned(out, (theory.name, "gminus2", lepton), force, (*TABLES, *PICTURES))
    band = api.gminus2(theory, lepton, delta, sigma, **options)
    document = gminus2_document(band)
    edges = [pair or [None, None] for pair in document["coupling_2sigma"]]
    columns = (document["mass_GeV"], document["coupling_central"], *zip(*edges, strict=True), document["reason"])
    header = ("mass [GeV]", "coupling", "2 sigma from", "to", "")
    show(document, as_json, header, zip(*columns, strict=True))
    note(document["method"])
    files.write(document, lambda: gminus2_columns(band), lambda: _drawn(band))


def constraint(
    name: Annotated[
        str,
        typer.Argument(
            help="See `list constraints`; options as NAME:VALUE or NAME:OPTION=VALUE.",
            autocompletion=completion.members("constraints"),
        ),
    ],
    model: ModelWord,
    mass: Mass = None,
    param: Param = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """What another search says about a model, recomputed for it."""
    from darktarget import api
    from darktarget.interface.output import PICTURES, TABLES, ResultFiles
    from darktarget.io.curves import curve_columns, curve_document

    theory = build(model, mass, param)
    files = ResultFiles.planned(out, (theory.name, "constraint", name), force, (*TABLES, *PICTURES))
    curve = api.constraint(name, theory)
    document = curve_document(curve)
    points = zip(document["mass_GeV"], document["intervals"], document["reason"], strict=True)
    rows = ((at, *pair, why) for at, pairs, why in points for pair in pairs or [[None, None]])
    mark = FITTED if document["fitted"] else ""
    show(document, as_json, ("mass [GeV]", f"excluded from{mark}", "to", ""), rows)
    for line in (document["method"], *document["published"]):
        note(line)
    files.write(document, lambda: curve_columns(curve), lambda: _drawn(curve))


def _drawn(curve: Curve) -> Axes:
    from darktarget import plot

    return plot.exclusion(curve)
