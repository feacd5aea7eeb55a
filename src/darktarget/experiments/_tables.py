"""The tables of an experiment's TOML file: every key with its type, range, default and meaning."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from annotated_types import Ge, Le, MinLen
from pydantic import Field

from darktarget.experiments.slab_tables import LayerTable, NotNegative, Positive, SlabTable
from darktarget.schemas.keys import StrictTable

Fraction = Annotated[float, Ge(0), Le(1)]
FITTED: Final = (
    "for each number of this table that was chosen to meet a published limit: which limit (every result says so)"
)
INHERIT: Final = "A file that changes another experiment inherits it with extends."


class BeamTable(StrictTable):
    """The beam."""

    particle: Literal["electron", "positron", "muon"] = Field(description="particle of the beam")
    energy_GeV: Positive = Field(description="energy of the beam particles")


class TargetTable(StrictTable):
    """The target: layers in order, the whole stack repeated."""

    layers: Annotated[dict[str, LayerTable], MinLen(1)] = Field(description="layers in the order of the beam")
    repeat: Annotated[int, Ge(1)] = Field(1, description="how many times the stack of layers is repeated")
    preshower_repeats: Annotated[int, Ge(0)] = Field(
        0, description="how many repetitions from the front are the pre-shower; 0 for none"
    )
    cell_cm: NotNegative = Field(
        0.0,
        description="width of a readout cell, 0 for none; used by the slab of role target in a detector, informational "
        "without one",
    )


class RunTable(StrictTable):
    """A data-taking period."""

    exposure: Positive = Field(description="particles on target")
    efficiency: Fraction = Field(description="efficiency for signal besides the simulated cuts")
    efficiency_uncertainty: Fraction = Field(0.0, description="relative uncertainty of the efficiency")
    particles_per_spill: Positive | None = Field(
        None, description="intensity of the beam; informational: `darktarget show` derives the number of spills"
    )
    fitted: dict[str, str] = Field({}, description=FITTED)


class PurityTable(StrictTable):
    """Other particles in the beam, informational: the quoted efficiencies and backgrounds include their effect."""

    impurity: Fraction = Field(description="share of other particles in the beam")
    suppressed_to: Fraction = Field(description="share that passes as beam particles, at most the impurity")
    momentum_window_GeV: Positive = Field(description="accepted distance of the momentum from the nominal one")


class BinTable(StrictTable):
    """A counting bin: an observed count or, for a projection, how to expect one from the background."""

    observed: Annotated[int, Ge(0)] | None = Field(None, description="observed events; or, in a projection, the next")
    expected_from_background: Literal["median", "average", "nearest"] | None = Field(
        None, description="for a projection: which limit of background alone is quoted"
    )
    background: NotNegative = Field(description="expected background events in the whole exposure")
    background_error: NotNegative = Field(0.0, description="uncertainty of the background, in events")
    fitted: dict[str, str] = Field({}, description=FITTED)
    signature: dict[str, Any] = Field(description="search strategy: its name and its own keys, see below")


class BackgroundScaling(StrictTable):
    """Background of the same analysis at another exposure; informational: a projection quotes it scaled."""

    background: NotNegative = Field(description="background events at that exposure")
    exposure: Positive = Field(description="particles on target of that analysis")


class NormalisationTable(StrictTable):
    """The published invisible limit of the same set-up, for the option normalisation = "published"."""

    mass_GeV: Annotated[list[Positive], MinLen(2)] = Field(description="mediator masses, ascending")
    coupling: Annotated[list[Positive], MinLen(2)] = Field(description="the limit at each mass")
    effective_exposure: Positive = Field(description="particles on target times efficiency behind that limit")
    text: str = Field(description="where the limit is from")
    processes: Annotated[list[str], MinLen(1)] = Field(description="production processes in that limit")


class ExperimentTable(StrictTable):
    """A whole experiment.

    Informational keys, which no number of a limit depends on: title, published, references, assumptions, purity,
    apparatus, background_scaling, particles_per_spill. The slabs of [detector] are used by signatures with simulated
    decays (semi-visible, displaced-hcal).
    """

    title: str = Field(description="one line that names the analysis and its data")
    published: str = Field(description='date of the publication or projection, such as "2025-02-06"')
    references: list[str] = Field(description="arXiv numbers of the sources; [] for none")
    projection: bool = Field(False, description="whether nothing has been measured yet")
    assumptions: list[str] = Field([], description="what is assumed rather than published; every result lists it")
    exposure_uncertainty: Fraction = Field(0.0, description="relative uncertainty of the particles on target")
    beam: BeamTable = Field(description="the beam")
    materials: dict[str, dict[str, Any]] = Field({}, description="materials of this file, by name; see below")
    target: TargetTable = Field(description="the target")
    detector: dict[str, SlabTable] = Field({}, description="detector volumes along the beam, by name")
    runs: Annotated[dict[str, RunTable], MinLen(1)] = Field(description="data-taking periods, by name")
    bins: Annotated[dict[str, BinTable], MinLen(1)] = Field(description="counting bins, by name")
    background_scaling: BackgroundScaling | None = Field(None, description="background at another exposure")
    signal_uncertainty: dict[str, Fraction] = Field(
        {}, description="relative uncertainty of the signal by production process, at every mass"
    )
    normalisation: NormalisationTable | None = Field(None, description="published limit of the same set-up")
    purity: PurityTable | None = Field(None, description="other particles in the beam")
    apparatus: dict[str, float | str] = Field({}, description="informational facts about the apparatus, any names")
    options: dict[str, dict[str, Any]] = Field(
        {}, description="default options of processes and steps for this experiment; see below"
    )
