"""The nouns: what passes between the steps model -> tracks -> yields -> counts -> limit.

Axes are named once and for all: point (P, parameter points of a model), node (K, nodes of an energy
quadrature), depth, bin. Energies are in the internal unit (``units.GeV``), lengths in X0 of the material.
"""

from darktarget.core.arrays import Array
from darktarget.core.limit import Limit
from darktarget.core.model import AXIAL, PSEUDOSCALAR, SCALAR, VECTOR, Channel, Decay, LorentzStructure, Model, State
from darktarget.core.setup import Experiment, Run, SignalBin, Signature
from darktarget.core.yields import (
    DEFAULT,
    Beam,
    CrossSection,
    Differential,
    Layer,
    Options,
    Process,
    Signal,
    Target,
    Tracks,
    Yield,
)

__all__ = [
    "AXIAL",
    "DEFAULT",
    "PSEUDOSCALAR",
    "SCALAR",
    "VECTOR",
    "Array",
    "Beam",
    "Channel",
    "CrossSection",
    "Decay",
    "Differential",
    "Experiment",
    "Layer",
    "Limit",
    "LorentzStructure",
    "Model",
    "Options",
    "Process",
    "Run",
    "Signal",
    "SignalBin",
    "Signature",
    "State",
    "Target",
    "Tracks",
    "Yield",
]
