"""Results in words: one line for the console, a summary in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from darktarget.results.layout import Layout, Values, Variable, variables

LENGTH: Final = 280  # of a short representation, at most


def short(result: Any) -> str:
    """One line: class, name, range, best value, facts and flags.

    >>> from darktarget.statistics import Significance
    >>> short(Significance(p0=0.05, sigma=1.645, method="asymptotic"))
    '<Significance 1.645 sigma; p0 = 0.05>'
    """
    layout: Layout = result.layout
    found = list(variables(result, layout))
    middle = ", ".join(p for p in (span(layout, found), _best_short(layout, found)) if p)
    parts = [layout.facts(result), _listed("flags", getattr(result, "flags", ())), _fitted(result)]
    tail = "; ".join(p for p in parts if p)
    text = f"{type(result).__name__} {layout.heading(result)}"
    text += f": {middle}" if middle else ""
    text += f"; {tail}" if tail else ""
    return f"<{text if len(text) <= LENGTH else text[: LENGTH - 3] + '...'}>"


def span(layout: Layout, found: list[Variable]) -> str:
    """Number and range of the points, such as ``60 points, mass 0.001..1 GeV``."""
    variable = _titled(found, layout.horizontal)
    if variable is None:
        return ""
    values = numbers(variable.values)
    known = values[np.isfinite(values)]
    size = f"{values.size} point{'s' * (values.size > 1)}"
    return f"{size}, {_stem(variable)} {_range(known)}{_unit(variable)}" if known.size else size


def _range(known: Values) -> str:
    low, high = float(known.min()), float(known.max())
    return f"{low:.4g}" if low == high else f"{low:.4g}..{high:.4g}"


def best(layout: Layout, found: list[Variable]) -> tuple[Variable, float, str] | None:
    """The quoted column, its extreme value (nan where it has none) and where that is."""
    column, along = _titled(found, layout.best), _titled(found, layout.horizontal)
    if column is None:
        return None
    values = numbers(column.values)
    finite = np.isfinite(values)
    if not finite.any():
        return column, np.nan, ""
    pick = np.nanargmin if layout.extreme == "smallest" else np.nanargmax
    i = int(pick(np.where(finite, values, np.nan)))
    where = ""
    if along is not None and values.ndim == 1 and along.values.size == values.size > 1:
        where = f" at {_stem(along)} {float(along.values[i]):.4g}{_unit(along)}"
    return column, float(values.ravel()[i]), where


def _best_short(layout: Layout, found: list[Variable]) -> str:
    """Such as ``smallest coupling_upper 8.9e-06 at mass 0.001 GeV``."""
    known = best(layout, found)
    if known is None:
        return ""
    column, value, where = known
    name = _stem(column)
    return f"no {name}" if np.isnan(value) else f"{layout.extreme} {name} {value:.3g}{_unit(column)}{where}"


def _best_sentence(layout: Layout, found: list[Variable]) -> str:
    known = best(layout, found)
    if known is None:
        return ""
    column, value, where = known
    words = column.about.text or _stem(column)
    if np.isnan(value):
        return f"No point has a value ({words})."
    return f"The {layout.extreme} {words} is {value:.4g}{_unit(column)}{where}."


def numbers(values: Values) -> Values:
    """An array as floats; words become nan.

    >>> numbers(np.array([1, None], dtype=object))
    array([ 1., nan])
    """
    if values.dtype.kind in "biuf":
        return values.astype(float)
    flat = [float(v) if isinstance(v, int | float) else np.nan for v in values.ravel()]
    return np.array(flat).reshape(values.shape)


def summary(result: Any) -> str:
    """Some lines of plain English; what a result does not have is left out."""
    return "\n".join(line for line in _lines(result) if line)


def _lines(result: Any) -> Iterator[str]:
    layout: Layout = result.layout
    found = list(variables(result, layout))
    yield layout.sentence(result)
    yield _sentence("Range", span(layout, found))
    yield _best_sentence(layout, found)
    yield from _reasons(getattr(result, "reason", ()))
    yield from _method(getattr(result, "method", ()) or getattr(result, "notes", ()))
    yield _sentence("Uncertainties that entered", ", ".join(getattr(result, "uncertainties", ())))
    yield _sentence("Largest relative uncertainties", _sizes(result))
    yield _sentence("Flags", ", ".join(getattr(result, "flags", ())))
    yield from (f"Note: {number}." for number in getattr(result, "fitted", ()))
    published = getattr(result, "published", ())  # of an experiment it is a date
    yield from (f"Not calculated: {number}." for number in published if isinstance(published, tuple))
    yield _sentence("References (cite() has the BibTeX)", ", ".join(getattr(result, "references", ())))
    yield _sentence("Calculated with darktarget", getattr(result, "version", ""))


def _sentence(name: str, text: str) -> str:
    return f"{name}: {text}." if text else ""


def _reasons(reasons: Any) -> Iterator[str]:
    """How many points have no value, by reason."""
    absent = [r for r in reasons if isinstance(r, str)]
    for reason in dict.fromkeys(absent):
        number = absent.count(reason)
        yield f"No value at {number} point{'s' * (number > 1)}: {reason}."


def _method(method: Any) -> Iterator[str]:
    texts = (method,) if isinstance(method, str) else method
    if texts:
        yield "Method:"
        yield from (f"  - {text}" for text in texts if text)


def _sizes(result: Any) -> str:
    """The largest value of every relative uncertainty."""
    sources = dict(getattr(result, "systematics", {}))
    error = getattr(result, "relative_error", getattr(result, "uncertainty", None))
    if error is not None:
        sources["numerical error" if isinstance(error, np.ndarray) else "of the curve"] = np.atleast_1d(error)
    finite = {name: v[np.isfinite(v)] for name, v in sources.items()}
    return ", ".join(f"{name} {float(v.max()):.2g}" for name, v in finite.items() if v.size and v.max() > 0)


def _listed(name: str, words: Any) -> str:
    return f"{name}: {', '.join(words)}" if words else ""


def _fitted(result: Any) -> str:
    number = len(getattr(result, "fitted", ()))
    return f"{number} fitted number{'s' * (number > 1)}" if number else ""


def _titled(found: list[Variable], title: str) -> Variable | None:
    return next((v for v in found if v.name == title), None)


def _stem(variable: Variable) -> str:
    """The name of a column without its unit."""
    return variable.name.removesuffix(f"_{variable.about.unit}") if variable.about.unit else variable.name


def _unit(variable: Variable) -> str:
    """The unit after a number, with a blank before it."""
    unit = variable.about.unit.replace("per_", "1/").replace("GeV2", "GeV^2")
    return f" {unit}" if unit else ""
