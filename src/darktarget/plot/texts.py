"""Texts of exclusion plots: labels of the axes, the caption, and the parameters that tell drawn limits apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from darktarget.core import Curve, Limit

#: Symbols of mass and coupling where the labels of a model have no formula.
PLAIN: Final = (r"m_{\rm med}", "g")


def symbols(drawn: Limit | Curve) -> tuple[str, str]:
    r"""Symbols of the mediator mass and of the coupling, in TeX: the formulas of the labels of the axes.

    >>> import darktarget as dt
    >>> symbols(dt.limit("l-e-l-mu", "na64e-2018", mass=0.1, dm="dirac"))
    ("m_{Z'}", "g'")
    """
    found = (re.search(r"\$([^$]+)\$", text) for text in drawn.labels)
    mass, coupling = (m.group(1) if m else plain for m, plain in zip(found, PLAIN, strict=True))
    return mass, coupling


def y_label(drawn: Limit | Curve) -> str:
    r""":math:`y = g^2\alpha_D (m_\chi/M)^4` with the symbols of the model."""
    mass, coupling = symbols(drawn)
    squared = f"{{{coupling}}}^2" if coupling.endswith("'") else f"{coupling}^2"
    return rf"$y={squared}\alpha_D\,(m_\chi/{mass})^4$"


def joined(label: Callable[[Limit | Curve], str], drawn: Sequence[Limit | Curve]) -> str:
    """Labels of one axis; curves without a model have none of their own beside others."""
    ours = [b for b in drawn if b.model] or drawn
    return ", ".join(dict.fromkeys(label(b) for b in ours))


def caption(drawn: Sequence[Limit | Curve]) -> str:
    """The models, the parameters that all have in common, and fitted numbers."""
    first = [b for b in drawn if b.model] or drawn
    parts = [", ".join(dict.fromkeys(b.model for b in drawn if b.model))]
    for name in ("dm", "alpha_D", "mass_ratio"):
        values = {_text(b.parameters[name]) for b in drawn if name in b.parameters}
        if len(values) == 1:
            parts.append(_named(name, values.pop(), first[0]))
    fitted = dict.fromkeys(f"{number.short}: {b.title}" for b in drawn for number in b.fitted)
    return "\n".join([", ".join(part for part in parts if part), *fitted])


def differences(bound: Limit, others: Sequence[Limit]) -> str:
    """What tells a limit from those of the same experiment: the model, and the parameters that differ; or nothing."""
    alike = [b for b in others if b.title == bound.title]
    parts = [bound.model] if len({b.model for b in alike}) > 1 else []
    for name, value in bound.parameters.items():
        if name not in ("mass", "coupling") and len({_text(b.parameters.get(name)) for b in alike}) > 1:
            parts.append(_named(name, _text(value), bound))
    return ", ".join(parts)


def _named(name: str, value: str, drawn: Limit | Curve) -> str:
    """A parameter and its value."""
    if name == "dm":
        return f"DM: {value}"
    known = {"alpha_D": r"$\alpha_D=$", "mass_ratio": rf"${symbols(drawn)[0]}/m_\chi=$"}
    return f"{known.get(name, f'{name} =')} {value}"


def _text(value: Any) -> str:
    if isinstance(value, str) or value is None:
        return str(value)
    value = np.asarray(value)
    low, high = float(value.min()), float(value.max())
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"
