"""The layout is a promise: who may import whom, how long a module may be, what must not appear."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import darktarget

ROOT = Path(darktarget.__file__).parent
# a module imports only from those listed before it
ORDER = (
    "_version", "units", "errors", "options", "progress", "numerics", "particles", "core", "registry", "cache",
    "matter", "shower", "decays", "production", "models", "statistics", "limits", "detector", "dump", "signatures",
    "experiments", "keywords", "flow", "thermal", "constraints", "io", "plot", "api", "figures", "build_tables",
    "interface", "__main__",
)  # fmt: skip
ONLY = {"statistics": {"errors", "numerics", "statistics"}}
MODULES = sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py")


def _layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _imported(path: Path) -> set[str]:
    found = set()
    for item in ast.walk(ast.parse(path.read_text())):
        if isinstance(item, ast.ImportFrom) and item.module and item.module.startswith("darktarget"):
            parts = item.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in item.names}
        elif isinstance(item, ast.Import):
            found |= {a.name.split(".")[1] for a in item.names if a.name.startswith("darktarget.")}
    return found - {"__version__"}


def test_every_module_is_in_the_order() -> None:
    assert {_layer(p) for p in MODULES} <= set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_order(path: Path) -> None:
    layer = _layer(path)
    allowed = ONLY.get(layer, set(ORDER[: ORDER.index(layer) + 1]))
    assert _imported(path) <= allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_are_short_and_safe(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    nodes = list(ast.walk(ast.parse(text)))
    assert not {n.id for n in nodes if isinstance(n, ast.Name)} & {"eval", "exec"}
    assert all(n.type is not None for n in nodes if isinstance(n, ast.ExceptHandler))
    plain = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    modules = plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    assert not {name.split(".")[0] for name in modules} & {"pickle", "cPickle", "dill", "shelve", "marshal"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_names_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    kinds = (ast.FunctionDef, ast.ClassDef)
    public = [n for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_")]
    for node in public:
        assert ast.get_docstring(node), node.name


def _fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_importing_loads_nothing() -> None:
    code = "import sys, darktarget; print([m for m in ('numpy', 'pydantic', 'typer') if m in sys.modules])"
    assert _fresh(code).strip() == "[]"


def test_a_limit_on_shipped_tables_stays_light() -> None:
    code = (
        "import sys, darktarget as dt\n"
        "for name in ('na64e-2018', 'na64mu-2022', 'ldmx-4gev', 'e137'):\n"
        "    dt.limit(dt.model('dark-photon', mass=[0.01, 0.1]), dt.experiment(name))\n"
        "heavy = ('scipy.stats', 'scipy.optimize', 'matplotlib', 'numba', 'scipy')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    assert _fresh(code).strip() == "[]"


def test_public_names_resolve() -> None:
    for name in dir(darktarget):
        assert getattr(darktarget, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        _ = darktarget.nonsense  # type: ignore[attr-defined]
