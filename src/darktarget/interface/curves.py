"""Commands whose result is a curve: ``relic``, ``omega``, ``gminus2`` and ``constraint``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from darktarget.interface import completion
from darktarget.interface.common import FITTED, Json, Mass, ModelWord, Param, build, note, show


def relic(
    model: ModelWord,
    mass: Mass = None,
    param: Param = None,
    omega_h2: Annotated[float, typer.Option("--omega-h2", help="Relic density aimed at.")] = 0.12,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Coupling that gives the relic density by thermal freeze-out."""
    from darktarget import api
    from darktarget.io.curves import relic_document

    found = api.relic_target(build(model, mass, param), omega_h2, **options)
    document = relic_document(found, omega_h2)
    rows = zip(*(document[k] for k in ("mass_GeV", "coupling", "y", "reason")), strict=True)
    show(document, as_json, ("mass [GeV]", "coupling", "y", ""), rows)
    note(document["method"])


def omega(
    model: ModelWord,
    mass: Mass = None,
    param: Param = None,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Relic density that given couplings leave (needs -p coupling=...)."""
    from darktarget import api
    from darktarget.io.curves import omega_document
    from darktarget.thermal.relic import omega_method

    chosen = build(model, mass, param)
    document = omega_document(chosen, api.omega(chosen, **options))
    rows = ((*row, None) for row in zip(*(document[k] for k in ("mass_GeV", "coupling", "omega_h2")), strict=True))
    show(document, as_json, ("mass [GeV]", "coupling", "Omega h^2"), rows)
    note(omega_method(chosen, **options))


def gminus2(
    model: ModelWord,
    mass: Mass = None,
    param: Param = None,
    lepton: Annotated[str, typer.Option(help="muon or electron.")] = "muon",
    delta: Annotated[float | None, typer.Option(help="A value instead of --anomaly; needs --sigma.")] = None,
    sigma: Annotated[float | None, typer.Option(help="Error of --delta.")] = None,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Couplings that explain an anomaly of a lepton's magnetic moment, and their 2 sigma band."""
    from darktarget import api
    from darktarget.io.curves import gminus2_document

    document = gminus2_document(api.gminus2(build(model, mass, param), lepton, delta, sigma, **options))
    edges = [pair or [None, None] for pair in document["coupling_2sigma"]]
    columns = (document["mass_GeV"], document["coupling_central"], *zip(*edges, strict=True), document["reason"])
    header = ("mass [GeV]", "coupling", "2 sigma from", "to", "")
    show(document, as_json, header, zip(*columns, strict=True))
    note(document["method"])


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
    as_json: Json = False,
) -> None:
    """What another search says about a model, recomputed for it."""
    from darktarget import api
    from darktarget.io.curves import curve_document

    document = curve_document(api.constraint(name, build(model, mass, param)))
    points = zip(document["mass_GeV"], document["intervals"], document["reason"], strict=True)
    rows = ((at, *pair, why) for at, pairs, why in points for pair in pairs or [[None, None]])
    mark = FITTED if document["fitted"] else ""
    show(document, as_json, ("mass [GeV]", f"excluded from{mark}", "to", ""), rows)
    for line in (document["method"], *document["published"]):
        note(line)
