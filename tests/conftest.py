"""Shared fixtures, and what holds for every test: a cache of its own, reproducible examples, no deadline."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
#: a test file that imports one of these compares with a calculation of its own: an integrator, a root finder, a sum
INDEPENDENT = {"scipy", "mpmath", "hypothesis", "tests"}

# the same examples on every machine and no limit on time: neither a loaded machine nor a clock fails a test;
# `pytest --hypothesis-profile explore` draws new examples instead
ALWAYS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("reproducible", ALWAYS, derandomize=True, database=None)
settings.register_profile("explore", ALWAYS, derandomize=False)
settings.load_profile("reproducible")


@cache
def numerical(path: Path) -> bool:
    """Whether a file belongs to the tests that `make test-portable` repeats.

    These are the laws, the examples in docstrings, and the unit tests that bring a calculation of their own.
    """
    if not path.is_relative_to(TESTS):
        return True
    part = path.relative_to(TESTS).parts[0]
    nodes = list(ast.walk(ast.parse(path.read_text())))
    modules = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    modules |= {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    return part == "laws" or (part == "unit" and bool({name.split(".")[0] for name in modules} & INDEPENDENT))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the numerical tests before ``-m`` selects."""
    for item in items:
        if numerical(item.path):
            item.add_marker("numerical")


collect_ignore = ["plugin"]  # a package of its own, installed by a test


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder for all processes of a run: tables are written atomically, and each is calculated once."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "cache"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DARKTARGET_CACHE", str(folder))
        yield folder
