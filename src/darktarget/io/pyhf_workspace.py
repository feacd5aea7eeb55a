"""Export of a counting measurement as a HistFactory workspace (pyhf JSON), one per parameter point.

Traps of pyhf 0.7.6 for whoever reads the workspace back: `upper_limit(..., level=0.1)` returns the 95 %
limit, and its asymptotic formulas give 1.646 events at n = 0, b = 0.53, where the exact 90 % limit is 2.303.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from darktarget.errors import InputError
from darktarget.statistics.measurement import Bin, Measurement
from darktarget.statistics.priors import log_width

LOG_NORMALS = ("log-normal", "log-normal-median")
INTERPOLATION = {"normsys": {"interpcode": "code1"}, "histosys": {"interpcode": "code0"}}
"""Pass as `modifier_settings` to `pyhf.Workspace.model`: exponential and linear, as the priors here."""


#: Part of the name of the measurement block of a workspace with Asimov data, which is shown by every tool.
ASIMOV = (
    "Asimov data (expected background) of a projection; asymptotic formulas do not hold at low counts: "
    "use toys, pyhf.infer.hypotest(..., calctype='toybased')"
)


def workspace(
    measurement: Measurement, signal: float = 1.0, name: str = "limit", *, asimov: bool = False
) -> dict[str, Any]:
    """HistFactory workspace of a measurement: one channel per bin, the signal strength `mu` scales `signal`.

    Log-normal efficiencies become `normsys` with hi, lo = exp(+-sigma), their sample scaled by the median of
    the prior; correlated ones are rotated to independent scores by the Cholesky factor. Truncated Gaussians
    become `histosys`, gamma backgrounds `shapesys`: constraints of the same shape near the nominal value.

    Args:
        measurement: counts, backgrounds, nuisances.
        signal: expected signal events at mu = 1, before `fraction`; > 0.
        name: of the measurement block.
        asimov: the data are the expected backgrounds instead of observed counts, as for a projection; the name of the
            measurement block then says so, and that toys are needed at low counts.

    Returns:
        A dictionary that `json.dump` writes and pyhf's workspace schema (1.0.0) accepts.

    Raises:
        InputError: signal not positive, or a nuisance HistFactory cannot express (gamma efficiency;
            correlated
            nuisances that are not log-normal). Nothing is approximated in silence.

    Reference: CERN-OPEN-2012-016 (HistFactory).

    >>> w = workspace(Measurement.counting(0, 0.53, 0.17), signal=2.0)
    >>> w["channels"][0]["samples"][0]["data"], w["measurements"][0]["config"]["poi"]
    ([2.0], 'mu')
    """
    if not (math.isfinite(signal) and signal > 0):
        raise InputError("signal", signal, "> 0 and finite")
    _check(measurement)
    channels = []
    for index, b in enumerate(measurement.bins):
        samples = [
            _signal_sample(measurement, index, c, signal)
            for c in range(len(measurement.components))
            if measurement.fraction[index, c] > 0
        ]
        channels.append({"name": b.name, "samples": [*samples, _background_sample(b)]})
    return {
        "channels": channels,
        "observations": [
            {"name": b.name, "data": [float(b.background if asimov else b.observed)]} for b in measurement.bins
        ],
        "measurements": [{"name": f"{name}: {ASIMOV}" if asimov else name, "config": {"poi": "mu", "parameters": []}}],
        "version": "1.0.0",
    }


def _check(measurement: Measurement) -> None:
    if float(measurement.fraction.sum()) <= 0:
        raise InputError("fraction", 0.0, "some signal in some bin", "A workspace needs a signal sample.")
    correlated = measurement.correlation is not None
    allowed = LOG_NORMALS if correlated else (*LOG_NORMALS, "truncated-gaussian")
    for k in measurement.nuisances:
        if k.relative > 0 and k.kind not in allowed:
            words = " or ".join(allowed) + (" where nuisances are correlated" if correlated else "")
            raise InputError(f"kind of nuisance {k.name}", k.kind, words, "HistFactory has no such constraint.")


def _signal_sample(measurement: Measurement, index: int, component: int, signal: float) -> dict[str, Any]:
    """One component in one bin: nominal yield at the median of its priors, and its modifiers."""
    modifiers: list[dict[str, Any]] = [{"name": "mu", "type": "normfactor", "data": None}]
    widths, shift = np.zeros(len(measurement.nuisances)), 0.0
    linear = []
    for i, k in enumerate(measurement.nuisances):
        if k.relative == 0 or not measurement.mask[i, component]:
            continue
        if k.kind in LOG_NORMALS:
            widths[i], median = log_width(k.kind, k.relative)
            shift += median
        else:
            linear.append(k)
    events = signal * float(measurement.fraction[index, component]) * math.exp(shift)
    if measurement.correlation is not None:
        widths = widths @ np.linalg.cholesky(measurement.correlation)
    for i, width in enumerate(widths):
        if width != 0:
            name = measurement.nuisances[i].name
            data = {"hi": math.exp(width), "lo": math.exp(-width)}
            modifiers.append({"name": name, "type": "normsys", "data": data})
    for k in linear:
        up, down = events * (1 + k.relative), events * (1 - k.relative)
        modifiers.append({"name": k.name, "type": "histosys", "data": {"hi_data": [up], "lo_data": [down]}})
    return {"name": measurement.components[component], "data": [events], "modifiers": modifiers}


def _background_sample(b: Bin) -> dict[str, Any]:
    name, mean, modifiers = f"background of {b.name}", b.background, []
    if b.background_error > 0:
        if b.background_kind in LOG_NORMALS:
            width, shift = log_width(b.background_kind, b.background_error / b.background)
            mean *= math.exp(shift)
            data: Any = {"hi": math.exp(width), "lo": math.exp(-width)}
            modifiers.append({"name": name, "type": "normsys", "data": data})
        elif b.background_kind == "gamma":
            modifiers.append({"name": name, "type": "shapesys", "data": [b.background_error]})
        else:
            data = {"hi_data": [mean + b.background_error], "lo_data": [mean - b.background_error]}
            modifiers.append({"name": name, "type": "histosys", "data": data})
    return {"name": name, "data": [mean], "modifiers": modifiers}
