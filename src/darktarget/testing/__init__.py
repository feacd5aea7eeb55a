"""Laws that every model obeys, to run on a model of your own: ``dt.testing.check_model("my.py:MyModel")``.

The tests of darktarget run the same laws on the shipped models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any, Final

import numpy as np

from darktarget.core import Model
from darktarget.errors import DarktargetError, InputError, PhysicsError
from darktarget.models.sources import factory
from darktarget.testing import copies, rates, states, widths
from darktarget.testing.law import MASSES, Law, Subject
from darktarget.units import GeV

#: All laws, in the order in which they are checked.
LAWS: Final = tuple(
    v for module in (states, widths, copies, rates) for v in vars(module).values() if isinstance(v, Law)
)
#: The first thing that is checked.
BUILT: Final = "the model can be built"
REPEATED: Final = "the same as in: "
SHOWN: Final = 3  # ways in which a law is broken that a report lists


@dataclass(frozen=True)
class Finding:
    """One law and what it found for a model.

    Attributes:
        law: in words. passed: whether it holds. detail: in which ways it does not, one a line.
        remark: whether it is a hint only, which does not fail the check.
    """

    law: str
    passed: bool
    detail: str = ""
    remark: bool = False

    @property
    def repeated(self) -> bool:
        """Whether it is only what another law has found."""
        return bool(self.detail) and all(line.startswith(REPEATED) for line in self.detail.splitlines())

    def __str__(self) -> str:
        mark = "passed" if self.passed else "remark" if self.remark else "FAILED"
        return "\n".join([f"{mark}  {self.law}", *(f"          {line}" for line in self.detail.splitlines())])


@dataclass(frozen=True, repr=False)
class Report:
    """What the laws found for a model.

    Attributes:
        model: its name. findings: one for each law.
    """

    model: str
    findings: tuple[Finding, ...]

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The laws that do not hold, remarks left out."""
        return tuple(f for f in self.findings if not (f.passed or f.remark))

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """Hints."""
        return tuple(f for f in self.findings if f.remark and not f.passed)

    @property
    def passed(self) -> bool:
        """Whether every law holds."""
        return not self.failures

    def require(self) -> Report:
        """The report itself, if every law holds.

        Raises:
            PhysicsError: a law does not hold; the message lists all that do not.
        """
        if self.failures:
            raise PhysicsError(str(self))
        return self

    def document(self) -> dict[str, Any]:
        """As JSON: the model, whether all laws hold, and each finding."""
        return {"model": self.model, "passed": self.passed, "findings": [asdict(each) for each in self.findings]}

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        held = sum(f.passed for f in self.findings)
        broken = [f for f in self.findings if not f.passed]
        again = [f.law for f in broken if f.repeated]
        lines = [f"{self.model}: {held} of {len(self.findings)} laws hold", *(str(f) for f in broken if not f.repeated)]
        return "\n".join([*lines, *([f"FAILED  for the same reason: {'; '.join(again)}"] if again else [])])


def check_model(
    model: str | type[Model] | Model, *, experiment: str = "na64e-2018", quick: bool = False, **parameters: Any
) -> Report:
    """Check the laws of every model: widths, couplings, copies, production, limits and the relic density.

    Args:
        model: its name, ``PATH.py:Class``, its class, or an instance, whose parameters and masses are used.
        experiment: name of the one for yields and limits. quick: leave out production, limits and the relic density.
        parameters: of the model; by default its defaults, and for widths every choice of a parameter with names.
            ``mass`` is in GeV.

    Returns:
        Report: printed, it lists the laws that do not hold; ``.passed``, ``.failures``, ``.require()``.

    Raises:
        InputError, UnknownName, ModelError: as ``darktarget.model``, for what cannot be loaded.

    >>> check_model("dark-photon", quick=True)
    dark-photon: 19 of 19 laws hold
    """
    subject, name = _subject(model, parameters)
    subject = replace(subject, experiment=experiment)
    try:
        name = subject.model().name
    except Exception as error:  # noqa: BLE001 - anything that the user's code raises is a finding
        return Report(name, (Finding(BUILT, False, _told(error)),))
    told: dict[str, str] = {}
    variants = tuple(_variants(subject))
    laws = [each for each in LAWS if not (quick and each.once)]
    found = [_checked(each, [subject] if each.once else variants, told) for each in laws]
    return Report(name, (Finding(BUILT, True), *found))


def _subject(model: Any, parameters: dict[str, Any]) -> tuple[Subject, str]:
    """What to check, and its name for a report about a model that cannot be built."""
    if isinstance(model, Model):
        given = {**_given(model), **parameters}
        build: Any = type(model)
    else:
        given, build = dict(parameters), factory(model)
    mass = np.unique(np.atleast_1d(given.pop("mass", MASSES)).astype(float))
    return Subject(build, given, tuple(map(float, mass))), str(getattr(build, "name", model))


def _given(model: Model) -> dict[str, Any]:
    """The parameters of a model as they are given, without the coupling.

    Raises:
        InputError: one varies from point to point, other than the mass.
    """
    found: dict[str, Any] = {"mass": np.asarray(model.values["mass"]) / GeV}
    units = {p.name: GeV if p.unit == "GeV" else 1.0 for p in getattr(model, "parameters", ())}
    for name, value in model.values.items():
        if isinstance(value, str):
            found[name] = value
        elif name not in ("mass", "coupling"):
            if np.ptp(value) > 0:
                raise InputError(name, "an array", "the same at all points", "Check one value at a time.")
            found[name] = float(value[0]) / units.get(name, 1.0)
    return found


def _variants(subject: Subject) -> Iterator[Subject]:
    """The subject itself, and with every other choice of each parameter with names that is not given."""
    yield subject
    for parameter in getattr(subject.build, "parameters", ()):
        if parameter.name not in subject.given:
            for choice in parameter.choices:
                if choice != parameter.default:
                    yield replace(subject, given={**subject.given, parameter.name: choice})


def _checked(law: Law, subjects: Sequence[Subject], told: dict[str, str]) -> Finding:
    """One law for all subjects; an error that another law has met is not repeated."""
    broken = list(dict.fromkeys(chain.from_iterable(_broken(law, subject) for subject in subjects)))
    lines = [f"{REPEATED}{told[_key(text)]}" if _key(text) in told else text for text in broken]
    for text in broken:
        told.setdefault(_key(text), law.name)
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return Finding(law.name, not broken, "\n".join([*dict.fromkeys(lines[:SHOWN]), *more]), law.remark)


def _key(text: str) -> str:
    """A text without the shapes of arrays, which differ between laws for one mistake."""
    return re.sub(r"\(\d+,[ \d]*\)", "", text)


def _broken(law: Law, subject: Subject) -> Iterator[str]:
    """In which ways a law does not hold; an error is one."""
    try:
        yield from law.broken(subject)
    except Exception as error:  # noqa: BLE001 - anything that the user's code raises is a finding
        yield _told(error)


def _told(error: Exception) -> str:
    """An error in words, with its place where it has one."""
    kind = "" if isinstance(error, DarktargetError) else f"{type(error).__name__}: "
    return "; ".join([f"{kind}{error}", *getattr(error, "__notes__", ())])
