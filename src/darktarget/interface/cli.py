"""The command line: ``darktarget list | xsec | width | tracks | limit | counts | events | relic | gminus2 | ...``.

Results go to stdout (one JSON document with ``--json``), everything else to stderr; exit status 2 means bad input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from darktarget.errors import DarktargetError, InputError, PhysicsError
from darktarget.interface.common import Json, Mass, Param
from darktarget.interface.common import build as _model
from darktarget.interface.common import note as _note
from darktarget.interface.common import show as _print
from darktarget.interface.counts import counts
from darktarget.interface.curves import constraint, gminus2, omega, relic
from darktarget.interface.events import events
from darktarget.interface.show import show
from darktarget.interface.width import width as width_command

app = typer.Typer(
    help="What a fixed-target experiment says about a light-dark-matter model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Method = Annotated[str, typer.Option(help="etl (exact), ww or iww.")]
Form = Annotated[str, typer.Option(help="elastic, full or helm.")]


def _version(wanted: bool) -> None:
    if wanted:
        import darktarget

        typer.echo(darktarget.__version__)
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What a fixed-target experiment says about a light-dark-matter model."""


@app.command("list")
def list_names(
    kind: Annotated[str, typer.Argument(help="models, processes, experiments, signatures, materials, ... figures.")],
    as_json: Json = False,
) -> None:
    """List what there is."""
    from darktarget import api

    found = api.names(kind)
    typer.echo(json.dumps({kind: list(found)}) if as_json else "\n".join(map(api.REGISTRIES[kind].line, found)))


@app.command()
def xsec(
    model: str,
    target: Annotated[str, typer.Option(help="Target material, or a TOML file of your own.")],
    energy: Annotated[float, typer.Option(help="Beam energy in GeV.")],
    beam: Annotated[str, typer.Option(help="electron, positron, muon or photon.")] = "electron",
    mass: Mass = None,
    param: Param = None,
    method: Method = "etl",
    form_factor: Form = "elastic",
    process: Annotated[str | None, typer.Option(help="See `list processes`; by default the model's first.")] = None,
    width: Annotated[str, typer.Option(help="Width of a resonance: fixed or running.")] = "fixed",
    glauber: Annotated[str, typer.Option(help="Vector mesons in nuclei: full or classical.")] = "full",
    as_json: Json = False,
) -> None:
    """Cross section per nucleus at unit coupling."""
    from darktarget import api
    from darktarget.io.tables import cross_section_document

    result = api.cross_section(
        _model(model, mass, param),
        beam=beam,
        energy=energy,
        target=target,
        process=process,
        method=method,
        form_factor=form_factor,
        width=width,
        glauber=glauber,
    )
    document = cross_section_document(result, beam=beam, energy_GeV=energy, target=target)
    rows = zip(*(document[k] for k in ("mass_GeV", "sigma_pb", "relative_error", "reason")), strict=True)
    _print(document, as_json, ("mass [GeV]", "sigma [pb]", "relative error", ""), rows)


@app.command()
def tracks(
    target: Annotated[str, typer.Option(help="Material or its TOML file, or an experiment for its target.")],
    energy: Annotated[float, typer.Option(help="Beam energy in GeV.")],
    beam: Annotated[str, typer.Option(help="electron, positron or photon.")] = "electron",
    thickness: Annotated[float, typer.Option("--thickness-X0", help="Thickness of a material in X0.")] = 40.0,
    cut: Annotated[float, typer.Option(help="Tracking cut in GeV.")] = 1.0,
    showers: Annotated[int, typer.Option(help="Number of primaries.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Seed of the run.")] = 1,
    route: Annotated[str, typer.Option(help="numba, cuda (a graphics card, extra gpu) or python.")] = "numba",
    as_json: Json = False,
) -> None:
    """Track lengths of a simulated electromagnetic shower, per primary and energy bin."""
    from darktarget import api
    from darktarget.io.tables import tracks_document

    run = api.simulate_tracks(
        target, beam=beam, energy=energy, thickness=thickness, cut=cut, showers=showers, seed=seed, route=route
    )
    document = tracks_document(run)
    lengths, edges = document["track_length_X0"], document["energy_GeV"]
    columns = lengths if "e-" in lengths else {f"{s} {m}": v for m, row in lengths.items() for s, v in row.items()}
    rows = ((*values, None) for values in zip(edges[:-1], *columns.values(), strict=True))
    _print(document, as_json, ("from E [GeV]", *columns, ""), rows)
    _note(f"{document['showers_per_s']:.0f} showers/s, compilation excluded")


@app.command()
def limit(
    experiment: Annotated[str, typer.Argument(help="Name, or the path of your own TOML file.")],
    model: str,
    mass: Mass = None,
    param: Param = None,
    process: Annotated[list[str] | None, typer.Option(help="Only this process; repeatable.")] = None,
    cross_section: Annotated[str, typer.Option(help="etl (exact), ww or iww.")] = "etl",
    form_factor: Form = "elastic",
    tracks: Annotated[
        str, typer.Option(help="shower, first-radiation-length or with-photons (radiated by muons).")
    ] = "shower",
    width: Annotated[str, typer.Option(help="Resonance width: fixed or running.")] = "fixed",
    electrons: Annotated[str, typer.Option(help="Target electrons: rest or bound.")] = "rest",
    radiation: Annotated[bool, typer.Option("--radiation", help="Positrons radiate before they annihilate.")] = False,
    glauber: Annotated[str, typer.Option(help="Vector mesons in nuclei: full or classical.")] = "full",
    meson_scale: Annotated[float, typer.Option(help="Factor on the yields of vector mesons.")] = 1.0,
    normalisation: Annotated[
        str, typer.Option(help="first-principles, or published: rescaled to the published invisible limit.")
    ] = "first-principles",
    method: Annotated[str, typer.Option(help="Statistic: cls, classical, feldman-cousins or bayes.")] = "cls",
    nuisances: Annotated[str | None, typer.Option(help="marginalise (the default) or profile.")] = None,
    no_nuisances: Annotated[bool, typer.Option("--no-nuisances", help="Everything known exactly.")] = False,
    signal_uncertainty: Annotated[
        list[str] | None,
        typer.Option(metavar="PROCESS=VALUE", help="Relative uncertainty of a process; repeatable."),
    ] = None,
    bands: Annotated[bool, typer.Option("--bands", help="Median expected limit, 1 and 2 sigma.")] = False,
    ranking: Annotated[bool, typer.Option("--ranking", help="What each uncertainty does to the limit.")] = False,
    cl: Annotated[float, typer.Option(help="Confidence level.")] = 0.9,
    out: Annotated[Path | None, typer.Option(help="Folder for CSV, JSON, PNG and PDF.")] = None,
    force: Annotated[bool, typer.Option(help="Replace existing files.")] = False,
    plot: Annotated[str, typer.Option(help="Plane of the plot: coupling or y.")] = "coupling",
    beside: Annotated[
        str | None,
        typer.Option(
            "--with",
            help="Curves beside it: relic, gminus2, constraints or files (FILE:MeV:coupling), separated by commas.",
        ),
    ] = None,
    export: Annotated[list[str] | None, typer.Option(help="pyhf or hepdata, written into --out; repeatable.")] = None,
    as_json: Json = False,
) -> None:
    """Exclusion limit on the coupling."""
    from darktarget import api, flow
    from darktarget.interface import output
    from darktarget.interface.parsing import uncertainties
    from darktarget.io.curves import curve_document
    from darktarget.io.tables import limit_document

    seen, theory = api.experiment(experiment), _model(model, mass, param)
    output.check(out, seen, theory, plot, tuple(export or ()), force)
    curves = api.curves((beside or "").split(",") if beside else (), theory)
    choices: dict[str, Any] = {
        "processes": process,
        "cross_section": cross_section,
        "form_factor": form_factor,
        "tracks": tracks,
        "width": width,
        "electrons": electrons,
        "radiation": radiation,
        "glauber": glauber,
        "meson_scale": meson_scale,
        "normalisation": normalisation,
    }
    signal = uncertainties(signal_uncertainty or [])
    bound = flow.limit(
        theory,
        seen,
        cl=cl,
        method=method,
        nuisances=_nuisances(nuisances, no_nuisances),
        bands=bands,
        ranking=ranking,
        signal_uncertainty=signal,
        **choices,
    )
    document = limit_document(bound)
    if curves:
        document["curves"] = {curve.name: curve_document(curve) for curve in curves}
    rows = zip(*(document[k] for k in ("mass_GeV", "coupling_upper", "y_upper", "reason")), strict=True)
    _print(document, as_json, ("mass [GeV]", "coupling <", "y <", ""), rows)
    _note(f"{bound.cl:.0%} CL, {bound.statistic}: {document['method']}")
    for line in output.curve_lines(curves):
        _note(line)
    for line in output.ranking_lines(bound):
        _note(line)
    if out is not None:
        written = output.write_limit(bound, out, plot, force, curves)
        measured = partial(flow.measurement, theory, seen, signal_uncertainty=signal, **choices)
        for kind in dict.fromkeys(export or ()):
            written += output.write_export(kind, bound, measured, out, force)
        for path in written:
            _note(f"wrote {path}")


for command in (counts, relic, omega, gminus2, constraint):
    app.command()(command)
app.command("width")(width_command)
app.command()(events)
app.command()(show)


def _nuisances(treatment: str | None, none: bool) -> str:
    if none and treatment is not None:
        raise InputError("nuisances", treatment, "nothing beside --no-nuisances")
    return "none" if none else treatment or "marginalise"


@app.command()
def figure(
    key: Annotated[str | None, typer.Argument(help="Name of a figure: see `list figures`.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every figure.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for plots, data and checks.")] = Path("figures"),
    force: Annotated[bool, typer.Option(help="Replace existing files.")] = False,
    resume: Annotated[bool, typer.Option(help="With --all: keep what is finished, make the rest.")] = False,
    workers: Annotated[int | None, typer.Option(help="Figures made at the same time; by default 2.")] = None,
) -> None:
    """Recompute figures of the papers: plot, data and comparison with the published numbers."""
    from darktarget.interface.gallery import make

    try:
        for line in make(key, every, out, force, resume, workers):
            typer.echo(line)
    except KeyboardInterrupt:
        _note(f"interrupted: what is finished stays in {out}; --all --resume goes on")
        raise


@app.command()
def tables(
    rebuild: Annotated[bool, typer.Option(help="Build all again, not only what is missing.")] = False,
) -> None:
    """Build the shipped tables of the declared experiments."""
    from darktarget import build_tables as shipping

    for name in shipping.ship(rebuild=rebuild):
        _note(name)


def _bar(items: Sequence[object], text: str) -> Iterable[object]:
    """A progress bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, text, console=console, transient=True, disable=not console.is_terminal)


def main() -> None:
    """Entry point: named errors become one line on stderr and exit status 2."""
    from darktarget.progress import reported

    try:
        with reported(_bar):
            app()
    except (InputError, PhysicsError) as error:
        _note(f"error: {error}")
        sys.exit(2)
    except DarktargetError as error:
        _note(f"error: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        _note("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)


if __name__ == "__main__":
    main()
