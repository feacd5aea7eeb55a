"""The nouns: what passes between the steps model -> tracks -> yields -> counts -> limit.

Axes are named once and for all: point (P, parameter points of a model), node (K, nodes of an energy
quadrature), depth, bin. Energies are in the internal unit (``units.GeV``), lengths in X0 of the material.
"""

from darktarget.core.curve import Curve, PublishedNumber
from darktarget.core.detector import Layer, Slab
from darktarget.core.events import Events
from darktarget.core.experiment import Experiment, PublishedLimit, Purity, Run, SignalRegion, Signature
from darktarget.core.limit import Limit
from darktarget.core.material import DensityEffect, Element, Material, Medium
from darktarget.core.model import (
    AXIAL,
    PSEUDOSCALAR,
    SCALAR,
    TENSOR,
    TENSOR_LEPTONS,
    VECTOR,
    Channel,
    Decay,
    Exchange,
    LorentzStructure,
    Model,
    State,
)
from darktarget.core.signal import Signal
from darktarget.core.yields import (
    DEFAULT,
    LOGITS,
    Beam,
    CrossSection,
    DifferentialCrossSection,
    Options,
    Process,
    Target,
    Tracks,
    Yield,
    angle_at,
)
from darktarget.numerics.arrays import Array

__all__ = [
    "AXIAL",
    "DEFAULT",
    "LOGITS",
    "PSEUDOSCALAR",
    "SCALAR",
    "TENSOR",
    "TENSOR_LEPTONS",
    "VECTOR",
    "Array",
    "Beam",
    "Channel",
    "CrossSection",
    "Curve",
    "Decay",
    "DensityEffect",
    "DifferentialCrossSection",
    "Element",
    "Events",
    "Exchange",
    "Experiment",
    "Layer",
    "Limit",
    "LorentzStructure",
    "Material",
    "Medium",
    "Model",
    "Options",
    "Process",
    "PublishedLimit",
    "PublishedNumber",
    "Purity",
    "Run",
    "Signal",
    "SignalRegion",
    "Signature",
    "Slab",
    "State",
    "Target",
    "Tracks",
    "Yield",
    "angle_at",
]
