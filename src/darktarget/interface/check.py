"""``darktarget check``: the laws that every model obeys, for one of your own."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from darktarget.interface.common import Json, Param


def check(
    model: Annotated[str, typer.Argument(help="Name of a model, or PATH.py:Class, a file of your own.")],
    mass: Annotated[
        list[str] | None, typer.Option("--mass", help="GeV, as elsewhere; by default 0.001, 0.03, 0.3 and 1.7.")
    ] = None,
    param: Param = None,
    experiment: Annotated[str, typer.Option(help="The experiment of yields and limits.")] = "na64e-2018",
    quick: Annotated[bool, typer.Option("--quick", help="Only couplings, widths, decays and copies.")] = False,
    as_json: Json = False,
) -> None:
    """Check the laws that every model obeys (widths, decays, copies, production, limits, relic density).

    Exit status 1 means that a law does not hold.
    """
    from darktarget import api
    from darktarget.interface.parsing import masses, parameters
    from darktarget.testing import check_model

    given = parameters(param or [])
    if mass:
        given["mass"] = masses(mass)
    api.model(model, **{"mass": 0.1, **given})  # wrong parameters are bad input, not a law that fails
    report = check_model(model, experiment=experiment, quick=quick, **given)
    typer.echo(json.dumps(report.document()) if as_json else str(report))
    raise typer.Exit(0 if report.passed else 1)
