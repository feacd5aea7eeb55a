r"""Coupling to energy and momentum of the leptons alone, :math:`c\,h_{\mu\nu}T_l^{\mu\nu}`: rates grow as 1/M^4."""

from dataclasses import replace
from typing import Final

from darktarget.structures.tensor import TENSOR

TENSOR_LEPTONS: Final = replace(
    TENSOR,
    name="tensor-leptons",
    exact_amplitude="darktarget.production.amplitudes.spin2:LEPTONS_AMPLITUDE",
    weizsaecker_williams="darktarget.production.amplitudes.spin2:LEPTONS_FLUX",
    primakoff=None,
)
