"""Diagnostics of the command line on stderr: records of the logger ``darktarget``, and progress."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from darktarget.errors import InputError
from darktarget.interface.common import quiet
from darktarget.progress_bars import on_stderr, show_progress

#: Lowest level that is printed without -v, with -v and with -vv.
LEVELS: Final = (logging.WARNING, logging.INFO, logging.DEBUG)


class _Stderr(logging.Handler):
    """Prints each record as one line on the stderr of the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        on_stderr(text if record.levelno == logging.INFO else f"{record.levelname.lower()}: {text}")


def _not_shown_anyway(record: logging.LogRecord) -> bool:
    """The lines of a task repeat what the progress display shows."""
    return not getattr(record, "progress", False)


@contextmanager
def diagnostics(verbose: int, silent: bool) -> Iterator[None]:
    """Within the block, log records of a level are printed, and progress is shown.

    Args:
        verbose: how often -v was given. silent: no notes and no progress; warnings and errors are printed.

    Raises:
        InputError: both were given.
    """
    if verbose and silent:
        raise InputError("--quiet", True, "left out where --verbose is given")
    logger, handler = logging.getLogger("darktarget"), _Stderr()
    before = logger.level
    handler.addFilter(_not_shown_anyway)
    logger.addHandler(handler)
    logger.setLevel(LEVELS[min(verbose, len(LEVELS) - 1)])
    try:
        with ExitStack() as stack:
            stack.enter_context(quiet() if silent else show_progress())
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
