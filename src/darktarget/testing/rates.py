"""Laws of production, limits and the relic density."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darktarget import api, flow
from darktarget.core import LOGITS, Beam, Experiment, Model
from darktarget.errors import ModelError, PhysicsError
from darktarget.production import PROCESSES
from darktarget.production.mesons.photoproduction import MESONS
from darktarget.production.virtual_photon import kinematic_end
from darktarget.testing.law import Subject, first, law
from darktarget.units import ELECTRON_MASS, GeV

#: Masses in GeV of cross sections, yields, limits and relic densities; energy in GeV at which thresholds are tried.
LIGHT: Final = tuple(np.geomspace(1e-3, 0.08, 7))
PRODUCED: Final = (0.01, 0.25)
SENSITIVE: Final = (0.01, 0.3)
THERMAL: Final = (0.03, 0.3)
LOW_ENERGY: Final = 2.0
#: Invariant mass in GeV at which a process closes at this energy; others close at the energy of the beam (read-only).
ENDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "annihilation": float(np.sqrt(2 * ELECTRON_MASS * LOW_ENERGY * GeV + 2 * ELECTRON_MASS**2) / GeV),
        "virtual-photon": kinematic_end(Beam("positron", LOW_ENERGY * GeV), 207.2) / GeV,
        "vector-meson": MESONS["phi"].mass / GeV,
    }
)
#: Options without the smearing that leaves a threshold open: bound electrons and radiation.
SHARP: Final[Mapping[str, Any]] = MappingProxyType({"electrons": "rest", "radiation": False})


def processes_of(subject: Subject, model: Model) -> tuple[str, ...]:
    """The processes to check: those named, or all of the model."""
    return subject.processes or (*model.processes, *model.on_request)


def pair_ratio(subject: Subject) -> float:
    """Threshold of the dark pair over the mass parameter."""
    return float(subject.model(0.1).dark_threshold[0] / (0.1 * GeV))


@law("cross sections are finite and positive below the end of the spectrum", once=True)
def cross_sections(subject: Subject) -> Iterator[str]:
    """Of every process, for the first beam that it knows, or for every one."""
    masses = np.array(LIGHT) * min(1.0, 2 / 3 / max(pair_ratio(subject), 2 / 3))
    model = subject.model(masses)
    for process in processes_of(subject, model):
        starts = PROCESSES[process].beams
        if not any(couples(model, particle) for particle in starts):
            name = f"{type(model).__name__}.lepton_coupling"
            yield f"{process}: {name} is 0 for every beam that starts it, {', '.join(starts)}"
        able = [beam for beam in subject.beams if beam[0] in starts]
        for particle, energy, target in able if subject.every_beam else able[:1]:
            found = api.cross_section(model, beam=particle, energy=energy, target=target, process=process)
            name = f"{process} by {particle}s of {energy:g} GeV on {target}"
            fine = found.sigma > 0 if couples(model, particle) else found.sigma == 0
            if (bad := ~(np.isfinite(found.sigma) & fine)).any():
                yield f"{name}: the cross section is {first(found.sigma, bad, model.mass / GeV)}"
            if not couples(model, particle):
                continue
            if not ((found.relative_error > 0) & (found.relative_error < 0.01)).all():
                yield f"{name}: the relative error is {found.relative_error.max():.3g}"
            if not (found.references and found.method):
                yield f"{name}: no references, or no method"


def couples(model: Model, particle: str) -> bool:
    """Whether particles of a beam can produce the mediator: photons, and leptons that it couples to."""
    return particle == "photon" or bool(model.coupled_parts(particle))


@law("closed processes are exactly 0 and close continuously", once=True)
def closing(subject: Subject) -> Iterator[str]:
    """Cross sections fall towards the mass at which the energy of the beam is not enough, and are 0 above it."""
    ratio = pair_ratio(subject)
    for process in processes_of(subject, subject.model(0.1)):
        beam = next((b for b in ("positron", "photon") if b in PROCESSES[process].beams), None)
        if beam is None or (ratio == 0 and process in ENDS):
            continue  # massless dark particles: never closed
        end = ENDS[process] / ratio if process in ENDS else LOW_ENERGY
        model = subject.model([*(end * np.linspace(0.9, 0.9999, 12)), 1.05 * end])
        found = api.cross_section(model, beam=beam, energy=LOW_ENERGY, target="Pb", process=process, **SHARP)
        if found.sigma[-1] != 0 or not found.reason[-1]:
            yield f"{process}: the cross section is {found.sigma[-1]:.3g} at {1.05 * end:.3g} GeV, where it is closed"
        if not (np.diff(found.sigma[:-1]) < 0).all():
            yield f"{process}: the cross section does not fall towards its end, {end:.3g} GeV"


@law("yields are weights on energies below the beam", once=True)
def yields(subject: Subject) -> Iterator[str]:
    """In the experiment; a process that the beam cannot start is refused."""
    seen, model = api.experiment(subject.experiment), subject.model(PRODUCED)
    for process in processes_of(subject, model):
        starts = set(PROCESSES[process].beams)
        muons = seen.beam.particle == "muon"
        tracks = "with-photons" if muons and "photon" in starts else "shower"
        try:
            (made,) = flow.produce(model, seen, processes=[process], tracks=tracks)
        except PhysicsError as error:
            if isinstance(error, ModelError) or not (muons and not {"muon", "photon"} & starts):
                raise
            continue
        if couples(model, seen.beam.particle) or tracks == "with-photons":
            yield from (f"{process} in {seen.name}: {text}" for text in _yield(made, seen))
        elif made.total.any():
            yield f"{process} in {seen.name}: {made.total} from leptons that the mediator does not couple to"


def _yield(made: Any, seen: Experiment) -> Iterator[str]:
    """What is wrong with one yield."""
    if not made.power > 0:
        yield f"it is proportional to coupling^{made.power}"
    if not (made.weight >= 0).all() or not (made.total >= 0).all():
        yield "negative weights"
    if not made.total[0] > 0:
        yield f"nothing is produced at {PRODUCED[0]:g} GeV"
    if not (made.energy <= seen.beam.energy).all():
        yield "mediators above the energy of the beam"
    looks = any(b.signature.name == "visible-decay" for b in seen.bins)  # elsewhere angles are tabulated on demand
    if made.angle is not None and looks:
        angle = made.angle()
        if angle.shape != (*made.weight.shape, len(LOGITS)) or not (np.diff(angle[made.weight > 0], axis=-1) > 0).all():
            yield "angles are not quantiles"
    if not (made.references and made.method):
        yield "no references, or no method"


def _for_limits(subject: Subject, seen: Experiment) -> Model:
    """The model as a limit needs it: heavy enough dark matter where visible decays are searched for."""
    model = subject.model(SENSITIVE)
    visible = any(b.signature.name == "visible-decay" for b in seen.bins)
    fixed = "mass_ratio" not in model.values or "mass_ratio" in subject.given
    return model if fixed else subject.model(SENSITIVE, mass_ratio=1.5 if visible else 3.0)


@law("limits are where the events reach the limit on the count", once=True)
def limits(subject: Subject) -> Iterator[str]:
    """The expected counts of a limit are those of the yields; where there is no limit, they stay below it."""
    seen = api.experiment(subject.experiment)
    visible = any(b.signature.name == "visible-decay" for b in seen.bins)
    model = _for_limits(subject, seen)
    if visible and not model.mediator_mass.any():
        return  # dark pairs of a photon do not decay visibly as one
    bound, counts = flow.limit(model, seen), flow.measurement(model, seen)
    known = np.isfinite(bound.coupling_upper)
    reached, needed = counts.events(bound.coupling_upper), bound.count_limit_with_nuisances
    # where the make-up of the signal varies along couplings, the statistics are solved again at every step, to 1e-6
    if not np.allclose(reached[known], needed[known], rtol=1e-6, atol=0):
        yield f"{seen.name}: {reached[known]} events at the limit, which is on {needed[known]}"
    if not (bound.coupling_upper[known] > 0).all() or [bool(p) for p in bound.intervals] != known.tolist():
        yield f"{seen.name}: intervals {bound.intervals} for limits {bound.coupling_upper}"
    if not couples(model, seen.beam.particle):
        if known.any() or not all(bound.reason):
            yield f"{seen.name}: a limit, or no reason for none, from leptons that the mediator does not couple to"
    elif visible or seen.target.slabs:  # too short-lived, or too rarely visible, at every coupling
        if not (bound.peak_counts[~known] < needed[~known]).all():
            yield f"{seen.name}: no limit, but {bound.peak_counts[~known]} events"
        if not all("at most" in str(r) for r, k in zip(bound.reason, known, strict=True) if not k):
            yield f"{seen.name}: no reason for no limit"
    elif not known.all():
        yield f"{seen.name}: no limit at {first(model.mass / GeV, ~known)} GeV: {bound.reason[int(np.argmin(known))]}"
    if not bound.references:
        yield f"{seen.name}: no references"


@law("limits fall with the exposure", once=True)
def exposure(subject: Subject) -> Iterator[str]:
    """Ten times the particles on target, with the same background, exclude smaller couplings."""
    seen = api.experiment(subject.experiment)
    if any(b.signature.name == "visible-decay" for b in seen.bins):
        return  # limits with two edges: where decays are too early, more exposure changes the other one
    model = _for_limits(subject, seen)
    more = replace(seen, runs=tuple(replace(run, exposure=10 * run.exposure) for run in seen.runs))
    now, then = (flow.limit(model, each).coupling_upper for each in (seen, more))
    known = np.isfinite(now)
    if (bad := ~(then[known] < now[known])).any():
        mass = first(model.mass[known] / GeV, bad)
        yield f"{seen.name}: the limit at {mass} GeV does not fall with ten times the exposure"


@law("the relic coupling gives the relic density", once=True)
def relic(subject: Subject) -> Iterator[str]:
    """At each mass alone, to 0.2 %, unless the calculation says why there is none."""
    try:
        target = api.relic_target(subject.model(THERMAL))
    except ModelError:
        raise
    except PhysicsError:
        return  # a calculation that is not defined for the model says so
    for mass, coupling, reason in zip(THERMAL, target.coupling, target.reason, strict=True):
        if (reason is None) != bool(np.isfinite(coupling)):
            yield f"the coupling at {mass:g} GeV is {coupling}, the reason {reason}"
        elif reason is None:
            found = api.omega(subject.model(mass, coupling=coupling))[0]
            if not abs(found / 0.12 - 1) < 2e-3:
                yield f"Omega h^2 = {found:.5g} at {mass:g} GeV and the coupling {coupling:.4g} that gives 0.12"
