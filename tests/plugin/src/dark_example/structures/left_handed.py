r"""Vector coupling to left-handed leptons, :math:`g\,X_\mu\bar l\gamma^\mu P_L l`; only its width is defined."""

from darktarget.core import LorentzStructure
from darktarget.decays.two_body import axial_to_dirac, vector_to_dirac
from darktarget.numerics.arrays import Array


def width(M: Array, m: float, alpha: Array) -> Array:
    """Width to a pair of leptons: vector and axial halves do not interfere."""
    return (vector_to_dirac(M, m, alpha) + axial_to_dirac(M, m, alpha)) / 4


LEFT_HANDED = LorentzStructure("left-handed", spin=1, particle_id=55, lepton_width=width)
