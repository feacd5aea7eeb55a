"""Forms of couplings: which exist for a mediator of some spin, to leptons and quarks and to each kind of dark particle.

Every form has a name, which is the key in a model file: vector and axial for spin 1, scalar and pseudoscalar for
spin 0, tensor (energy and momentum) for spin 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Final

from darktarget.core import AXIAL, PSEUDOSCALAR, SCALAR, TENSOR, VECTOR, LorentzStructure
from darktarget.decays.currents import (
    AXIAL_FERMIONS,
    PSEUDOSCALAR_FERMIONS,
    PSEUDOSCALAR_VECTORS,
    SCALAR_FERMIONS,
    SCALAR_SCALARS,
    VECTOR_FERMIONS,
    VECTOR_SCALARS,
    Current,
)
from darktarget.decays.spin2 import TENSOR_FERMIONS, TENSOR_SCALARS, TENSOR_VECTORS

#: Forms of the coupling to leptons and quarks by spin of the mediator, the default first (read-only).
FORMS: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(
    {0: ("scalar", "pseudoscalar"), 1: ("vector", "axial"), 2: ("tensor",)}
)
ALL_FORMS: Final = tuple(form for forms in FORMS.values() for form in forms)
#: Lorentz structure of each form (read-only).
STRUCTURE_OF: Final[Mapping[str, LorentzStructure]] = MappingProxyType(
    {"vector": VECTOR, "axial": AXIAL, "scalar": SCALAR, "pseudoscalar": PSEUDOSCALAR, "tensor": TENSOR}
)
#: Chirality -> share of the vector and of the axial coupling (read-only).
CHIRAL: Final[Mapping[str, tuple[float, float]]] = MappingProxyType({"left": (0.5, -0.5), "right": (0.5, 0.5)})
CHARGED: Final = ("electron", "muon", "tau")
NEUTRINOS: Final = ("nu_e", "nu_mu", "nu_tau")
#: Quark -> its letter in the currents of ``decays.r_ratio`` (read-only).
QUARKS: Final[Mapping[str, str]] = MappingProxyType(
    {"up": "u", "down": "d", "strange": "s", "charm": "c", "bottom": "b"}
)
#: Unit of the couplings by spin, the default first (read-only).
UNITS: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType({0: ("e", "1"), 1: ("e", "1"), 2: ("1/GeV",)})


@dataclass(frozen=True)
class DarkKind:
    """A kind of dark particle.

    Attributes:
        degrees: of freedom, those of a distinct antiparticle included. self_conjugate: whether there is none.
        dimension: of its coupling^2 to a mediator of spin 0, in powers of energy.
    """

    degrees: int
    self_conjugate: bool
    dimension: int = 0


#: Kinds of dark particles (read-only).
DARK_KINDS: Final[Mapping[str, DarkKind]] = MappingProxyType(
    {
        "dirac": DarkKind(4, False),
        "majorana": DarkKind(2, True),
        "scalar": DarkKind(2, False, 2),
        "real-scalar": DarkKind(1, True, 2),
        "vector": DarkKind(3, True, -2),
    }
)
NO_DARK: Final = "none"  # the choice of a model without dark particles


@dataclass(frozen=True)
class DarkForm:
    """A current of dark particles.

    Attributes:
        current: of the pair. diagonal, off_diagonal: whether it exists for one particle, and for two different ones.
        absent: why not.
    """

    current: Current
    diagonal: bool = True
    off_diagonal: bool = True
    absent: str = ""


_MAJORANA_VECTOR = DarkForm(VECTOR_FERMIONS, diagonal=False, absent="the vector current of a Majorana particle is zero")
_REAL_VECTOR = DarkForm(VECTOR_SCALARS, diagonal=False, absent="a real scalar has no vector current")
_FERMIONS = ("dirac", "majorana")


def _of_one(current: Current) -> DarkForm:
    return DarkForm(current, off_diagonal=False, absent="this coupling is diagonal")


#: (spin of the mediator, kind of dark particle) -> forms of the current (read-only).
DARK_FORMS: Final[Mapping[tuple[int, str], Mapping[str, DarkForm]]] = MappingProxyType(
    {
        (1, "dirac"): {"vector": DarkForm(VECTOR_FERMIONS), "axial": DarkForm(AXIAL_FERMIONS)},
        (1, "majorana"): {"vector": _MAJORANA_VECTOR, "axial": DarkForm(AXIAL_FERMIONS)},
        (1, "scalar"): {"vector": DarkForm(VECTOR_SCALARS)},
        (1, "real-scalar"): {"vector": _REAL_VECTOR},
        (1, "vector"): {},
        **{
            (0, kind): {"scalar": DarkForm(SCALAR_FERMIONS), "pseudoscalar": DarkForm(PSEUDOSCALAR_FERMIONS)}
            for kind in _FERMIONS
        },
        **{(0, kind): {"scalar": DarkForm(SCALAR_SCALARS)} for kind in ("scalar", "real-scalar")},
        (0, "vector"): {"pseudoscalar": _of_one(PSEUDOSCALAR_VECTORS)},
        **{(2, kind): {"tensor": _of_one(TENSOR_FERMIONS)} for kind in _FERMIONS},
        **{(2, kind): {"tensor": _of_one(TENSOR_SCALARS)} for kind in ("scalar", "real-scalar")},
        (2, "vector"): {"tensor": _of_one(TENSOR_VECTORS)},
    }
)
assert set(DARK_FORMS) == set(product(FORMS, DARK_KINDS))
