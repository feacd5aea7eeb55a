"""``darktarget cite``: BibTeX of what models, experiments, constraints, processes and saved results refer to."""

from __future__ import annotations

from typing import Annotated

import typer


def cite(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME|FILE...",
            help="Models, experiments, constraints, processes, TOML files, PATH.py:Class, saved results.",
        ),
    ],
) -> None:
    """BibTeX entries of everything that the named things refer to, and of darktarget itself."""
    from darktarget.interface.sources import sources
    from darktarget.references.bibtex import bibtex

    typer.echo(bibtex([text for name in names for text in sources(name)]), nl=False)
