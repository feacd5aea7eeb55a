"""FORM's sum of terms -> the integer table that ``production/amplitudes/spin2.py`` reads.

form -d UNIVERSAL -l amplitude.frm > universal.log && python table.py universal.log tensor.txt
"""

import re
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

SYMBOLS = ("JN", "qJ", "jj", "w", "A", "B", "t", "D", "m2", "M2", "ix", "nn", "nq")
UNIT = 12  # common denominator


def terms(text: str) -> dict[tuple[int, ...], Fraction]:
    """Exponents of the symbols -> coefficient."""
    found: dict[tuple[int, ...], Fraction] = {}
    for line in re.findall(r"^\s+([+-] .*?);?$", text.split("Y =")[1], re.M):
        value, powers = Fraction(-1 if line[0] == "-" else 1), Counter[str]()
        for factor in line[1:].strip().split("*"):
            name, _, power = factor.partition("^")
            if re.fullmatch(r"[\d/]+", name):
                value *= Fraction(name) ** int(power or 1)
            elif name[0] == "i" and name != "ix":
                powers[name[1:]] -= int(power or 1)
            else:
                powers[name] += int(power or 1)
        assert set(powers) <= set(SYMBOLS), line
        key = tuple(powers[s] for s in SYMBOLS)
        found[key] = found.get(key, Fraction(0)) + value
    return found


def main() -> None:
    """Write the table."""
    table = terms(Path(sys.argv[1]).read_text())
    lines = [" ".join(str(n) for n in ((v * UNIT).numerator, *k)) for k, v in sorted(table.items())]
    assert all((v * UNIT).denominator == 1 for v in table.values())
    Path(sys.argv[2]).write_text(f"{UNIT} " + " ".join(SYMBOLS) + "\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
