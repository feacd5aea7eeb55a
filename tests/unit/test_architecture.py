"""The layout is a promise: who may import whom, how long a module may be, what must not appear."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import darktarget

ROOT = Path(darktarget.__file__).parent
TOP = Path(__file__).parents[2]
# a module imports only from those listed before it
ORDER = (
    "_version", "literals", "particles", "units", "errors", "files", "options", "progress", "progress_bars",
    "numerics", "references", "results", "listing", "entries", "registry", "schemas", "structures", "core", "cache",
    "matter", "shower", "decays", "production", "models", "statistics", "limits", "detector", "dump", "signatures",
    "experiments", "keywords", "nouns", "arguments", "flow", "thermal", "constraints", "io", "plot", "api", "testing",
    "figures", "build_tables", "interface", "__main__",
)  # fmt: skip
ONLY = {"statistics": {"errors", "numerics", "results", "statistics"}}
# imported inside functions: optional extras, and what a limit on shipped tables does without
LAZY = {"scipy", "numba", "matplotlib", "yaml", "rich", "platformdirs", "importlib", "IPython"}
MODULES = sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py")
PAPERS = sorted((ROOT.parent / "darktarget_papers").rglob("*.py"))
PLACES = ("src", "tests", "docs", "benchmarks", "validation", "examples")


@cache
def _tree(path: Path) -> ast.Module:
    """Parsed once for all tests: they only read it."""
    return ast.parse(path.read_text())


def _layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _dotted(path: Path, top: Path) -> str:
    parts = path.relative_to(top).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Module and imported names of every import from the package."""
    for item in ast.walk(tree):
        if isinstance(item, ast.ImportFrom) and item.module and item.module.split(".")[0].startswith("darktarget"):
            yield item.module, tuple(alias.name for alias in item.names)
        elif isinstance(item, ast.Import):
            yield from ((a.name, ()) for a in item.names if a.name.split(".")[0].startswith("darktarget"))


def _imported(path: Path) -> set[str]:
    found = set()
    for module, names in _imports(_tree(path)):
        parts = module.split(".")
        found |= {parts[1]} if len(parts) > 1 else set(names)
    return found - {"__version__"}


def test_every_module_is_in_the_order() -> None:
    assert {_layer(p) for p in MODULES} <= set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_order(path: Path) -> None:
    layer = _layer(path)
    allowed = ONLY.get(layer, set(ORDER[: ORDER.index(layer) + 1]))
    assert _imported(path) <= allowed


def test_no_module_is_part_of_a_circle() -> None:
    """Imports inside functions count: a circle that is postponed is one."""
    names = {_dotted(p, ROOT.parent): p for p in [*MODULES, ROOT / "__init__.py", *PAPERS]}
    graph: dict[str, set[str]] = defaultdict(set)
    for name, path in names.items():
        for module, imported in _imports(_tree(path)):
            parts = {f"{module}.{i}" for i in imported if f"{module}.{i}" in names}
            graph[name] |= (parts or {module}) - {"darktarget"}  # which loads its names on first use
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert state.get(name) != 1, " -> ".join((*trail, name))
        if name not in state:
            state[name] = 1
            for other in sorted(graph[name]):
                visit(other, (*trail, name))
            state[name] = 2

    for name in names:
        visit(name, ())


def _code(path: Path) -> str:
    """Python source of a file, or of the executed cells of a page without commands and files in other languages."""
    text = path.read_text()
    if path.suffix == ".py":
        return text
    cells = re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", text, flags=re.DOTALL)
    python = (cell for cell in cells if not re.match(r"%%writefile (?!.*\.py$)", cell, flags=re.MULTILINE))
    return "\n".join(re.sub(r"^[:%!].*$", "", cell, flags=re.MULTILINE) for cell in python)


SOURCES = sorted(p for place in PLACES for kind in ("*.py", "*.md") for p in (TOP / place).rglob(kind))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(TOP)))
def test_private_names_stay_in_their_package(path: Path) -> None:
    """A module or a name that starts with an underscore is imported only inside the package that owns it."""
    top = ROOT.parent if ROOT.parent in path.parents else TOP
    here = _dotted(path, top).split(".")
    package = here if path.name == "__init__.py" else here[:-1]
    for module, names in _imports(ast.parse(_code(path))):
        parts = module.split(".")
        private = [i for i, part in enumerate(parts) if part.startswith("_") and not part.startswith("__")]
        if private:
            owner = parts[: private[0]]
        elif any(n.startswith("_") and not n.startswith("__") for n in names):
            owner = parts
        else:
            continue
        assert package[: len(owner)] == owner, f"{path}: {module} {names}"


@pytest.mark.parametrize("path", [*MODULES, *PAPERS], ids=lambda p: str(p.relative_to(ROOT.parent)))
def test_modules_are_short_and_safe(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    nodes = list(ast.walk(ast.parse(text)))
    assert not {n.id for n in nodes if isinstance(n, ast.Name)} & {"eval", "exec", "hasattr"}
    assert all(n.type is not None for n in nodes if isinstance(n, ast.ExceptHandler))
    plain = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    modules = plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    assert not {name.split(".")[0] for name in modules} & {"pickle", "cPickle", "dill", "shelve", "marshal"}


@pytest.mark.parametrize("path", [*MODULES, *PAPERS], ids=lambda p: str(p.relative_to(ROOT.parent)))
def test_imports_inside_functions_have_a_reason(path: Path) -> None:
    """Optional extras and heavy libraries; of the package itself with a comment ``cold start`` on the line.

    The commands of the interface load what they need when they run, so that ``--help`` stays fast.
    """
    text = path.read_text()
    lines = text.splitlines()
    for function in (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)):
        for item in ast.walk(function):
            if not isinstance(item, ast.Import | ast.ImportFrom) or "interface" in path.parts:
                continue
            module = item.module if isinstance(item, ast.ImportFrom) else item.names[0].name
            assert module is not None
            if module.split(".")[0] not in LAZY:
                assert "# cold start" in lines[item.lineno - 1], f"{path.name}:{item.lineno} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_names_have_docstrings(path: Path) -> None:
    tree = _tree(path)
    if path.name != "__main__.py":
        assert ast.get_docstring(tree)
    kinds = (ast.FunctionDef, ast.ClassDef)
    public = [n for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_")]
    for node in public:
        assert ast.get_docstring(node), node.name


def test_one_name_is_one_thing() -> None:
    """No two public classes share a name."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in [*MODULES, *PAPERS]:
        for node in _tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(_dotted(path, ROOT.parent))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_a_name_of_a_package_is_no_submodule_of_it() -> None:
    """Importing a submodule later would replace the name by the module."""
    for init in [p for p in MODULES if p.name == "__init__.py"]:
        own = {p.stem for p in init.parent.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
        tree = ast.parse(init.read_text())
        package = _dotted(init, ROOT.parent)
        found = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        for item in (n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module != package):
            found |= {alias.asname or alias.name for alias in item.names}
        assert not found & own, package


def test_type_checkers_see_the_public_names() -> None:
    """What is imported under TYPE_CHECKING is what is loaded on first use."""
    tree = ast.parse((ROOT / "__init__.py").read_text())
    guarded = [n for n in tree.body if isinstance(n, ast.If) and isinstance(n.test, ast.Name)]
    shown = {
        alias.asname for block in guarded for n in block.body if isinstance(n, ast.ImportFrom) for alias in n.names
    }
    assert shown == set(darktarget.__all__)


@pytest.mark.parametrize("name", [n for n in darktarget.__all__ if inspect.isfunction(getattr(darktarget, n))])
def test_public_functions_are_typed(name: str) -> None:
    signature = inspect.signature(getattr(darktarget, name))
    annotations = [p.annotation for p in signature.parameters.values()] + [signature.return_annotation]
    assert all(a is not inspect.Signature.empty and not re.search(r"\bAny\b", str(a)) for a in annotations), annotations


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
        "heavy = ('scipy.stats', 'scipy.optimize', 'matplotlib', 'numba', 'scipy', 'pandas', 'xarray')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    assert _fresh(code).strip() == "[]"


def test_public_names_resolve() -> None:
    for name in dir(darktarget):
        assert getattr(darktarget, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        _ = darktarget.nonsense  # type: ignore[attr-defined]


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "darktarget", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == darktarget.__version__


def test_the_map_in_flow_names_folders_that_exist() -> None:
    text = (ROOT / "flow.py").read_text().split('"""')[1]
    named = set(re.findall(r"(\w+)/", text))
    assert named >= {"models", "experiments", "production", "limits", "statistics"}
    assert all(any(p.is_dir() for p in ROOT.rglob(name)) for name in named), named
