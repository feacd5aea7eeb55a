"""Docstrings are written to be read as they are: what would be markup in a formula is escaped."""

from __future__ import annotations

import re
from typing import Any

LITERAL = re.compile(r"(``.*?``|:\w+:`.*?`|`.*?`__?)")
MARKUP = re.compile(r"(?<!\\)([*|])|(?<!\\)(?<=\w)(_)(?!\w)")


def escape(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Escape ``*``, ``|`` and trailing underscores outside of literals, examples, formulas and indented blocks."""
    kept: int | None = None  # the indent of the line that opened a literal block
    for i, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if kept is not None and line.strip() and indent <= kept:
            kept = None
        if kept is None and line.rstrip().endswith(":") and _opens_block(lines, i, indent):
            lines[i] = line.rstrip() + ("" if line.rstrip().endswith("::") else ":")
            kept = indent
        elif kept is None and line.lstrip().startswith(".. "):
            kept = indent
        elif kept is None and not line.lstrip().startswith((">>>", "...")):
            lines[i] = "".join(p if LITERAL.fullmatch(p) else _plain(p) for p in LITERAL.split(line))


def skip_alias(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what is described elsewhere: type aliases, methods of matplotlib, re-exports in ``darktarget.core``."""
    alias = hasattr(thing, "__origin__") and not isinstance(thing, type)
    module = str(getattr(thing, "__module__", ""))
    foreign = module.startswith("matplotlib.")
    core = app.env.temp_data.get("autodoc:module") == "darktarget.core"
    elsewhere = core and isinstance(thing, type) and not module.startswith("darktarget.core")
    return True if alias or foreign or elsewhere else None


def _opens_block(lines: list[str], i: int, indent: int) -> bool:
    """Whether a blank line and an indented block follow."""
    if i + 2 >= len(lines) or lines[i + 1].strip():
        return False
    after = lines[i + 2]
    return bool(after.strip()) and len(after) - len(after.lstrip()) > indent


def _plain(text: str) -> str:
    return MARKUP.sub(lambda m: "\\" + m.group(), text)
