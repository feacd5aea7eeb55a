"""The second run of the numerical tests: numpy's AVX-512 kernels are off there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import portable

REPOSITORY = Path(__file__).parents[2]
FEATURES = ("AVX512F", "AVX512_KNL", "AVX512_SKX", "AVX512_ICL", "X86_V2", "X86_V3", "X86_V4", "AVX2", "FMA3")


def test_names_of_old_and_new_numpy() -> None:
    wide = [name for name in FEATURES if portable.WIDE.fullmatch(name)]
    assert wide == ["AVX512F", "AVX512_KNL", "AVX512_SKX", "AVX512_ICL", "X86_V4"]


def test_a_child_process_has_no_wide_kernels() -> None:
    """Warnings are errors: numpy warns of a name that this processor lacks."""
    features = portable.wide_features()
    code = "from tests.portable import wide_features; print(wide_features())"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(
        command, env=portable.environment(features), cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "()"


def test_a_processor_without_them_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(portable, "wide_features", lambda: ())
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("started a process"))
    assert portable.main(["-q"]) == 0
    assert "nothing to run" in capsys.readouterr().out
