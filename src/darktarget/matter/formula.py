"""Chemical formulas: from text to atoms per formula unit, back, and to mass fractions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from darktarget.errors import DeclarationError
from darktarget.matter.elements import atomic_data

ALLOWED: Final = "a chemical formula such as PbWO4, Ca(OH)2 or Lu1.8Y0.2SiO5, of elements from H to U"
_COUNT: Final = r"(\d+\.?\d*)?"
_ATOM: Final = re.compile(r"([A-Z][a-z]?)" + _COUNT)
_END: Final = re.compile(r"\)" + _COUNT)
LONGEST: Final = 200  # characters of a formula


def parse(text: str, field: str = "formula") -> dict[str, float]:
    """Atoms of each element per formula unit, in the order of their first appearance.

    Args:
        text: element symbols with optional numbers, parentheses allowed. field: name for messages.

    Raises:
        DeclarationError: not a formula, an element that does not exist, or a number that is 0.

    >>> parse("PbWO4")
    {'Pb': 1.0, 'W': 1.0, 'O': 4.0}
    >>> parse("Ca(OH)2")
    {'Ca': 1.0, 'O': 2.0, 'H': 2.0}
    """
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST or not text.isascii():
        raise DeclarationError(field, text, ALLOWED)
    open_groups: list[dict[str, float]] = [{}]
    place = 0
    while place < len(text):
        if text[place] == "(":
            open_groups.append({})
            place += 1
        elif atom := _ATOM.match(text, place):
            _add(open_groups[-1], {_known(atom[1], text, field): 1.0}, _number(atom[2], text, field))
            place = atom.end()
        elif (end := _END.match(text, place)) and len(open_groups) > 1 and open_groups[-1]:
            group = open_groups.pop()
            _add(open_groups[-1], group, _number(end[1], text, field))
            place = end.end()
        else:
            raise DeclarationError(field, text, ALLOWED, f"Nothing fits at {text[place:]!r}.")
    if len(open_groups) > 1:
        raise DeclarationError(field, text, ALLOWED, "A parenthesis is not closed.")
    return open_groups[0]


def written(atoms: Mapping[str, float]) -> str:
    """The formula of some atoms, in their order.

    >>> written({"Lu": 1.8, "Y": 0.2, "Si": 1.0, "O": 5.0})
    'Lu1.8Y0.2SiO5'
    """
    return "".join(symbol + _digits(count) for symbol, count in atoms.items())


def mass_fractions(atoms: Mapping[str, float]) -> dict[str, float]:
    r"""Mass fractions :math:`w_i = n_i A_i/\sum_j n_j A_j`, in the order given.

    >>> {e: round(w, 4) for e, w in mass_fractions(parse("H2O")).items()}
    {'H': 0.1119, 'O': 0.8881}
    """
    mass = {symbol: count * atomic_data()[symbol].element.A for symbol, count in atoms.items()}
    total = sum(mass.values())
    return {symbol: part / total for symbol, part in mass.items()}


def _digits(count: float) -> str:
    return "" if count == 1 else f"{count:.15f}".rstrip("0").rstrip(".")


def _number(digits: str | None, text: str, field: str) -> float:
    number = 1.0 if digits is None else float(digits)
    if not 0 < number < 1e6:
        raise DeclarationError(field, text, ALLOWED, "Numbers of atoms are above 0 and below 1e6.")
    return number


def _known(symbol: str, text: str, field: str) -> str:
    if symbol not in atomic_data():
        raise DeclarationError(field, text, ALLOWED, f"There is no element {symbol!r}.")
    return symbol


def _add(group: dict[str, float], atoms: Mapping[str, float], times: float) -> None:
    for symbol, count in atoms.items():
        group[symbol] = group.get(symbol, 0.0) + times * count
