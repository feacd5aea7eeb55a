"""The keys of a model file as Markdown, from the tables that check it."""

from __future__ import annotations

from collections.abc import Iterable

from darktarget.models.base.declaration import TABLES
from darktarget.models.base.keys import Key
from darktarget.models.base.model_file import EXTENSION_KEYS


def page() -> str:
    """One table of keys per table of the file.

    >>> print(page().split("## `[mediator]`")[1].strip().splitlines()[2])
    | `symbol` | its symbol in results and labels | a text, such as "X" | required |
    """
    parts = ["# Keys of a model file", "", "Generated from the schema. A key that is not listed is an error.", ""]
    for name, keys in TABLES.items():
        parts += _section(f"`{name}`" if name else "Top of the file", keys)
    parts += _section("A registered model with other defaults", EXTENSION_KEYS)
    return "\n".join(parts)


def _section(title: str, keys: Iterable[Key]) -> list[str]:
    rows = [f"| `{key.name}` | {key.text} | {key.allowed} | {_default(key)} |" for key in keys]
    return [f"## {title}", "", "| key | meaning | allowed | default |", "| --- | --- | --- | --- |", *rows, ""]


def _default(key: Key) -> str:
    if key.required:
        return "required"
    return "" if key.default in (None, "", [], {}) else f"{key.default:g}" if _plain(key.default) else f"{key.default}"


def _plain(value: object) -> bool:
    return isinstance(value, float)


if __name__ == "__main__":
    print(page(), end="")
