"""Pages generated from the code: gallery, validation, materials, keys of files and reference of the API."""

from __future__ import annotations

import csv
import os
import pkgutil
import re
import shutil
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.papers import acceptance

import darktarget
from darktarget import figures
from darktarget.experiments.schema import experiment_reference
from darktarget.interface import catalogue, gallery
from darktarget.models.base.file_schema import model_reference

ROOT = Path(__file__).parents[1]
#: Seconds that figures which no folder holds may take together; the rest is left out of the gallery, and said so.
BUDGET = float(os.environ.get("DARKTARGET_GALLERY_SECONDS", "120"))


def pages(out: Path) -> None:
    """Write all of them into a folder; a page that did not change keeps its date."""
    pictures = out / "figures"
    pictures.mkdir(parents=True, exist_ok=True)
    made = _collect(Path(os.environ.get("DARKTARGET_FIGURES", ROOT / "build/figures")), pictures)
    _write(out / "gallery.md", _gallery(made, pictures))
    _write(out / "validation.md", _validation(pictures))
    _write(out / "materials.md", catalogue.materials())
    _write(out / "experiment-keys.md", experiment_reference())
    _write(out / "model-keys.md", model_reference())
    reference = out / "api"
    reference.mkdir(exist_ok=True)
    packages = _packages()
    for name, modules in packages.items():
        _write(reference / f"{name}.md", _reference(name, modules))
    listed = "\n".join(f"api/{name}" for name in packages)
    _write(out / "api.md", f"# API\n\n```{{toctree}}\n:maxdepth: 1\n{listed}\n```\n")


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _collect(source: Path, out: Path) -> list[str]:
    """Copy made figures; draw the others while there is time. Names of those that are there in the end."""
    found, spent = [], 0.0
    for name in figures.FIGURES.names():
        if not (source / f"{name}.checks.csv").exists() and spent < BUDGET:
            start = time.perf_counter()
            list(gallery.make(name, False, source, True))
            spent += time.perf_counter() - start
        for suffix in (".csv", ".checks.csv", ".png"):
            made = source / f"{name}{suffix}"
            if made.exists():
                shutil.copy(made, out / made.name)
        if (source / f"{name}.checks.csv").exists():
            found.append(name)
    return found


def _gallery(made: list[str], pictures: Path) -> str:
    """One section per figure."""
    names = figures.FIGURES.names()
    missing = [name for name in names if name not in made]
    parts = [
        "# Gallery",
        "Figures and tables of the papers, recalculated by `darktarget figure --all`: the picture, and each number of "
        "the paper beside ours. The file of a figure in `src/darktarget_papers` is all there is to it.",
    ]
    if missing:
        parts.append(f"Not drawn for this site (`make docs FIGURES=folder` takes made ones): {', '.join(missing)}.")
    return "\n\n".join([*parts, *(_figure(name, pictures) for name in made)]) + "\n"


def _figure(name: str, pictures: Path) -> str:
    figure: Any = figures.FIGURES[name]
    parts = [f"## {name}", f"{figure.caption}. Source: {figure.source}."]
    if (pictures / f"{name}.png").exists():
        parts.append(f"![{name}](figures/{name}.png)")
    parts += [_table(_checks(pictures, name)), f"{{download}}`Data <figures/{name}.csv>`"]
    return "\n\n".join(parts)


def _checks(pictures: Path, name: str) -> list[dict[str, str]]:
    path = pictures / f"{name}.checks.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _table(checks: list[dict[str, str]]) -> str:
    lines = ["| row | quantity | paper | here | tolerance | |", "| --- | --- | --- | --- | --- | --- |"]
    for c in checks:
        remark = "" if c["verdict"] == "pass" else f"**differs**: {c['note']}"
        if remark and c["change"]:
            remark += f"; with {c['change']}: {_number(c['ours_after_change'])}"
        cells = (c["row"], c["quantity"], _number(c["paper"]), _number(c["ours"]), c["tolerance"], remark)
        lines.append("| " + " | ".join(_escape(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _number(text: str) -> str:
    """Four digits of a number or of both ends of a range; words as they are."""
    words = {"True": "yes", "False": "no"}
    try:
        return words.get(text) or "..".join(f"{float(part):.4g}" for part in text.split(".."))
    except ValueError:
        return text


def _escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\|*_$<>`^~{}])", r"\\\1", text)


def _validation(pictures: Path) -> str:
    """Row by row: what the paper says, where it is shown, what comes out."""
    claims = acceptance.claims(pictures)
    listed = acceptance.rows()
    report = "\n".join(line for line in acceptance.report(pictures) if not line.startswith("shown, "))
    parts = [
        "# Validation",
        "Who says what within how much: every constant (IN), formula (F), number (OUT), figure (FIG) and statement (Q) "
        "of the papers, and the test or figure that shows it here. What comes out differently is said, never tuned. "
        "Made from `tests/papers/acceptance.csv`, the markers of the tests and the checks of the figures.",
        f"```text\n{report}\n```",
    ]
    for paper in dict.fromkeys(row.paper for row in listed.values()):
        rows = [row for row in listed.values() if row.paper == paper]
        lines = [
            f"## {paper}",
            "",
            "| row | kind | quantity | value | tolerance | shown by |",
            "| --- |" + " --- |" * 5,
        ]
        for row in rows:
            shown = [_where(claim) for claim in claims if claim.row == row.id]
            cells = (row.id, row.kind, row.quantity, row.value, row.tolerance)
            where = "; ".join(dict.fromkeys(shown)) or f"*{_escape(row.reason)}*"
            lines.append("| " + " | ".join(_escape(cell) for cell in cells) + f" | {where} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _where(claim: acceptance.Claim) -> str:
    place = claim.where.split("/")[-1]
    return f"`{place}`" + "".join(
        f" **{word}**: {_escape(text)}" for word, text in (("differs", claim.differs), ("beside", claim.beside)) if text
    )


def _packages() -> dict[str, list[str]]:
    """Public modules by package."""
    found: dict[str, list[str]] = {}
    for module in _modules(darktarget):
        found.setdefault(module.split(".")[1], []).append(module)
    return dict(sorted(found.items()))


def _modules(package: ModuleType) -> Iterator[str]:
    """Public modules below a package; not those whose name it uses for something else."""
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        last = info.name.rsplit(".", 1)[1]
        if last.startswith("_"):
            continue
        module = import_module(info.name)
        if info.ispkg and getattr(package, last, module) is not module:
            continue
        yield info.name
        if info.ispkg:
            yield from _modules(module)


def _reference(package: str, modules: list[str]) -> str:
    parts = [f"# {package}"]
    for module in modules:
        if len(modules) > 1:
            parts.append(f"## {module}")
        parts.append(f"```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```")
    return "\n\n".join(parts) + "\n"
