"""What is quoted about the form factor of a rate, and not applied.

``FORM_SPREAD`` is the sum over the parts of the form factor of the difference from a physically different form.
``INELASTIC_SHARE`` is the inelastic rate, in which an atomic electron or a nucleon is struck out, over the whole rate;
for ``elastic`` and ``helm``, which leave it out, over theirs. Together they cover every form factor that can be chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.matter.form_factors import BREAK_UP, FormFactor, part

FORM_SPREAD: Final = "form factor (Tsai, Helm)"  # the name under which results have always listed it
INELASTIC_SHARE: Final = "inelastic part of the rate"
SYSTEMATICS: Final = (FORM_SPREAD, INELASTIC_SHARE)


def words(form: FormFactor) -> str:
    """What a result tells about its form factor.

    >>> from darktarget.matter.form_factors import form_factor
    >>> words(form_factor("full"))
    'full form factor; its spread: elastic part Tsai or Helm, inelastic part Tsai or nucleons of a Fermi gas'
    >>> words(form_factor("helm"))
    'helm form factor, inelastic part left out; its spread: elastic part Tsai or Helm'
    """
    spread = "elastic part Tsai or Helm"
    if has_break_up(form):
        return f"{form.name} form factor; its spread: {spread}, inelastic part Tsai or nucleons of a Fermi gas"
    return f"{form.name} form factor, inelastic part left out; its spread: {spread}"


def has_break_up(form: FormFactor) -> bool:
    """Whether a form factor has the part in which the nucleus breaks up."""
    return BREAK_UP.name in form.parts


def relative(some: Array, whole: Array) -> Array:
    """A part over the whole, 0 where there is nothing; the shape of ``some``."""
    return np.divide(some, whole, out=np.zeros_like(some), where=whole > 0)


def systematics(form: FormFactor, total: Callable[[FormFactor], Array]) -> dict[str, Array]:
    """The two relative uncertainties of a rate, each [point].

    Args:
        form: that of the rate. total: the rate with a form factor, [point].
    """
    pairs = [(total(own), total(part(own.alternative))) for own in (part(name) for name in form.parts)]
    whole = np.sum([own for own, _ in pairs], axis=0)
    spread = np.sum([np.abs(own - other) for own, other in pairs], axis=0)
    return {FORM_SPREAD: relative(spread, whole), INELASTIC_SHARE: relative(total(BREAK_UP), whole)}
