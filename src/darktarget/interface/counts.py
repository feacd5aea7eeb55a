"""``darktarget counts``: limits on a number of events, without any physics."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from darktarget.errors import InputError
from darktarget.interface.common import Force, Json, Out, note

if TYPE_CHECKING:
    from darktarget.statistics import Measurement

EXPECTED = ("median", "average", "nearest")


def counts(
    observed: Annotated[int, typer.Option(help="Observed count.")],
    background: Annotated[float, typer.Option(help="Expected background.")],
    background_error: Annotated[float, typer.Option(help="Its absolute uncertainty.")] = 0.0,
    background_kind: Annotated[
        str, typer.Option(help="log-normal, log-normal-median, gamma or truncated-gaussian.")
    ] = "log-normal",
    efficiency: Annotated[float, typer.Option(help="Signal efficiency; the limit is on the signal before it.")] = 1.0,
    efficiency_error: Annotated[float, typer.Option(help="Its absolute uncertainty.")] = 0.0,
    expected: Annotated[
        str | None, typer.Option(help="Add what is expected without signal: median, average or nearest.")
    ] = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Limit on the number of signal events from a count, its background and an efficiency."""
    from darktarget.interface.output import ResultFiles
    from darktarget.limits.options import StatisticOptions
    from darktarget.options import checked
    from darktarget.statistics import Measurement

    chosen = checked(StatisticOptions, **options)
    files = ResultFiles.planned(out, ("counts",), force)
    if expected is not None and expected not in EXPECTED:
        raise InputError("expected", expected, "one of " + ", ".join(EXPECTED))
    measurement = Measurement.counting(
        observed,
        background,
        background_error,
        background_kind=background_kind,
        efficiency=efficiency,
        efficiency_error=efficiency_error,
    )
    document = counts_document(measurement, chosen.cl, chosen.method, chosen.nuisances, expected)
    _print(document, as_json)
    if not as_json:
        note(f"{chosen.cl:.0%} CL, {chosen.method}: {document['method']}")
    files.write(document, lambda: counts_columns(document))


def _print(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
        return
    for name in ("lower", "upper", "unclamped"):
        value = document[name]
        typer.echo(f"{name:>10}  {'-' if value is None else format(value, '.6g')}")
    for name, value in document.get("expected", {}).items():
        typer.echo(f"{name:>10}  {value if value is None or isinstance(value, str) else format(value, '.6g')}")
    for flag in document["flags"]:
        typer.echo(f"{flag:>10}")


def counts_columns(document: dict[str, Any]) -> dict[str, list[Any]]:
    """The numbers of a document of ``counts`` as CSV: names and values."""
    found = {name: document[name] for name in ("lower", "upper", "unclamped")} | document["significance"]
    expected = document.get("expected", {})
    found |= {f"expected_{name}": value for name, value in expected.items() if name != "method"}
    return {"quantity": list(found), "value": list(found.values())}


def counts_document(
    measurement: Measurement, cl: float, method: str, nuisances: str, expected: str | None = None
) -> dict[str, Any]:
    """The JSON document of ``counts``; an edge that is not finite is null.

    >>> from darktarget.statistics import Measurement
    >>> round(counts_document(Measurement.counting(0, 0.53, 0.17), 0.9, "cls", "marginalise")["upper"], 6)
    2.302585
    """
    from darktarget.statistics import interval, significance

    found = interval(measurement, cl, method, nuisances)
    tested = significance(measurement.nominal() if nuisances == "none" else measurement)
    document: dict[str, Any] = {
        "upper": _finite(found.upper),
        "lower": _finite(found.lower),
        "unclamped": _finite(found.unclamped),
        "statistic": found.statistic,
        "cl": found.cl,
        "nuisances": found.nuisances,
        "uncertainties": list(found.uncertainties),
        "flags": list(found.flags),
        "significance": {"p0": tested.p0, "sigma": _finite(tested.sigma)},
        "method": "; ".join((found.method, *found.notes)),
        "references": list(found.references),
    }
    if expected is not None:
        document["expected"] = _expected(measurement, cl, method, nuisances, expected)
    return document


def _expected(measurement: Measurement, cl: float, method: str, nuisances: str, kind: str) -> dict[str, Any]:
    """Expected limit, its bands, and the signal that reaches 3 and 5 standard deviations."""
    from darktarget.statistics import expected_bands, expected_limit, reach

    limit = expected_limit(measurement, cl, method, nuisances, kind)
    bands = expected_bands(measurement, cl, method, nuisances)
    bare = measurement.nominal() if nuisances == "none" else measurement
    quantiles = {q: _finite(float(getattr(bands, q)[0])) for q in ("minus2", "minus1", "median", "plus1", "plus2")}
    reached = {f"reach_{sigma}_sigma": _finite(reach(bare, float(sigma)).value) for sigma in (3, 5)}
    return {"upper": _finite(limit.value), **quantiles, **reached, "method": limit.method}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
