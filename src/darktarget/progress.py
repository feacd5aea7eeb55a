"""Progress of long work: silent by default, shown by whoever sets a reporter (the command line does)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
#: (items, text) -> the same items, shown as they pass.
Reporter = Callable[[Sequence[object], str], Iterable[object]]
_REPORTER: ContextVar[Reporter | None] = ContextVar("reporter", default=None)


def track(items: Sequence[T], text: str) -> Iterable[T]:
    """Iterate over items, telling the reporter, if there is one, how far it got.

    >>> list(track([1, 2], "counting"))
    [1, 2]
    """
    reporter = _REPORTER.get()
    return items if reporter is None else reporter(items, text)  # type: ignore[return-value]


@contextmanager
def reported(reporter: Reporter) -> Iterator[None]:
    """Within the block, long work reports to ``reporter``."""
    token = _REPORTER.set(reporter)
    try:
        yield
    finally:
        _REPORTER.reset(token)
