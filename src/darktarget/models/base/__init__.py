"""Public bases of models, and all that a model of your own needs, in one place.

>>> from darktarget.models.base import VECTOR, MediatorModel

Bases: ``MediatorModel`` (one mediator of any Lorentz structure), ``VectorModel`` (and quarks), ``GaugedModel`` (charges
of leptons and quarks, with neutrinos), ``YukawaModel`` and ``TwoPhotonModel`` (spin 0), ``Inelastic`` (two dark
states), ``PhotonModel`` (no mediator); ``Model`` for anything else.
"""

from darktarget.core import (
    AXIAL,
    PSEUDOSCALAR,
    SCALAR,
    TENSOR,
    TENSOR_LEPTONS,
    VECTOR,
    Array,
    Channel,
    Decay,
    Exchange,
    LorentzStructure,
    Model,
    State,
)
from darktarget.decays.currents import (
    AXIAL_FERMIONS,
    PSEUDOSCALAR_FERMIONS,
    PSEUDOSCALAR_VECTORS,
    SCALAR_FERMIONS,
    SCALAR_SCALARS,
    VECTOR_FERMIONS,
    VECTOR_SCALARS,
    Current,
    PairWidth,
    combined,
)
from darktarget.decays.exchange import crossed
from darktarget.decays.r_ratio import BARYON, ELECTROMAGNETIC, hadronic_ratio
from darktarget.decays.three_body import ThreeBody
from darktarget.decays.two_body import TO_DARK, TO_LEPTONS, TwoBody
from darktarget.models.base.gauged import GAUGE, NO_QUARKS, OR_NONE, UNIT_ALPHA, E, GaugedModel, neutrino_width
from darktarget.models.base.inelastic import SPLITTING, Inelastic
from darktarget.models.base.mediator import DM, MediatorModel, Pair, Transition
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO, Parameter
from darktarget.models.base.photon import LIGHTEST, PhotonModel
from darktarget.models.base.two_photon import PHOTON_COUPLING, TwoPhotonModel
from darktarget.models.base.vector import VectorModel
from darktarget.models.base.yukawa import STRENGTH, YUKAWA, YukawaModel
from darktarget.units import ALPHA, LEPTON_MASS, GeV

__all__ = [
    "ALPHA",
    "ALPHA_D",
    "AXIAL",
    "AXIAL_FERMIONS",
    "BARYON",
    "COUPLING",
    "DM",
    "ELECTROMAGNETIC",
    "GAUGE",
    "LEPTON_MASS",
    "LIGHTEST",
    "MASS",
    "MASS_RATIO",
    "NO_QUARKS",
    "OR_NONE",
    "PHOTON_COUPLING",
    "PSEUDOSCALAR",
    "PSEUDOSCALAR_FERMIONS",
    "PSEUDOSCALAR_VECTORS",
    "SCALAR",
    "SCALAR_FERMIONS",
    "SCALAR_SCALARS",
    "SPLITTING",
    "STRENGTH",
    "TENSOR",
    "TENSOR_LEPTONS",
    "TO_DARK",
    "TO_LEPTONS",
    "UNIT_ALPHA",
    "VECTOR",
    "VECTOR_FERMIONS",
    "VECTOR_SCALARS",
    "YUKAWA",
    "Array",
    "Channel",
    "Current",
    "Decay",
    "E",
    "Exchange",
    "GaugedModel",
    "GeV",
    "Inelastic",
    "LorentzStructure",
    "MediatorModel",
    "Model",
    "Pair",
    "PairWidth",
    "Parameter",
    "PhotonModel",
    "State",
    "ThreeBody",
    "Transition",
    "TwoBody",
    "TwoPhotonModel",
    "VectorModel",
    "YukawaModel",
    "combined",
    "crossed",
    "hadronic_ratio",
    "neutrino_width",
]
