"""Labels of axes that follow from the symbol of a mediator."""

from __future__ import annotations

import re
from typing import Final

GREEK: Final = frozenset({"phi", "chi", "eta", "xi", "sigma", "rho", "omega", "psi", "varphi", "zeta"})


def mass_label(symbol: str) -> str:
    r"""Label of the mass axis, with the symbol as a formula where it is letters, digits and primes.

    >>> mass_label("Z'")
    "mediator mass $m_{Z'}$ [GeV]"
    >>> mass_label("phi")
    'mediator mass $m_{\\phi}$ [GeV]'
    >>> mass_label("dark gluon")
    'mass of dark gluon [GeV]'
    """
    if symbol in GREEK:
        return rf"mediator mass $m_{{\{symbol}}}$ [GeV]"
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*'*", symbol):
        return rf"mediator mass $m_{{{symbol}}}$ [GeV]"
    return f"mass of {symbol} [GeV]"
