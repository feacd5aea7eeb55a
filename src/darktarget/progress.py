"""Progress of long work: logged, and shown by a reporter where one is set (``show_progress``, the command line).

Every loop that can take long runs inside a ``task`` (``track`` for a plain loop). A task measures its first parts,
extrapolates to the whole, and tells its reporters. Without a reporter nothing is printed: records go to the logger
``darktarget.progress``, and a table that takes more than ``SLOW`` seconds to build issues a ``SlowWarning``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Final, Protocol, TypeVar

from darktarget.errors import SlowWarning, warn_user

T = TypeVar("T")
LOGGER: Final = logging.getLogger(__name__)
SLOW: Final = 2.0  # s: work that is expected to take longer is announced
SETTLED: Final = 0.2  # s of measured work before an estimate is given
EVERY: Final = 10.0  # s between two lines, if the work advanced by ``STEP``
STEP: Final = 0.1  # of the work
ROUNDING: Final = 1e-9  # of sums of costs
LONGEST: Final = 60.0  # s between two lines of slow work


class Reporter(Protocol):
    """Shows tasks: called when one begins, after each of its parts, and when it ends."""

    def begin(self, task: Task) -> None:
        """A task begins."""

    def update(self, task: Task) -> None:
        """A part of the task is finished."""

    def end(self, task: Task, finished: bool) -> None:
        """The task is finished, or was stopped by an error or an interruption."""


class Task:
    """Work in parts of known relative cost, timed as it advances.

    Attributes:
        text: what is done. total: cost of all parts (any unit). done: cost of the finished parts. table: whether a
            table is built, which is stored and therefore built only once.

    >>> now = iter([0.0, 1.0, 2.0, 2.0, 2.0])
    >>> task = Task("simulating", 10, clock=lambda: next(now))
    >>> task.advance(1)
    >>> task.advance(1)
    >>> task.remaining
    8.0
    """

    def __init__(
        self,
        text: str,
        total: float,
        reporters: Sequence[Reporter] = (),
        *,
        table: bool = False,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.text, self.total, self.table, self.done = text, total, table, 0.0
        self._reporters, self._clock = tuple(reporters), clock
        self._start = self._now = clock()
        self._first: tuple[float, float] | None = None
        self._warned = not table or len(self._reporters) > 1  # a reporter beside the log tells the user

    @property
    def fraction(self) -> float:
        """Finished part of the work, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total > 0 else 1.0

    @property
    def elapsed(self) -> float:
        """Time from the beginning to the last finished part, in s."""
        return self._now - self._start

    @property
    def remaining(self) -> float:
        """Expected time from the last finished part to the end, in s; 0 before anything is finished.

        The rate is that of the parts after the first one, which may include a start-up time.
        """
        if self._first is None or self.done <= 0:
            return 0.0
        seconds, cost = self._first
        later = self.done - cost
        rate = (self.elapsed - seconds) / later if later > 0 else self.elapsed / self.done
        return rate * max(self.total - self.done, 0.0)

    @property
    def expected(self) -> float:
        """Expected time for the whole work, in s."""
        return self.elapsed + self.remaining

    @property
    def slow(self) -> bool:
        """Whether two parts at least were measured, and more than ``SLOW`` seconds are expected."""
        measured = self._first is not None and self.done > self._first[1] and self.elapsed >= SETTLED
        return measured and self.expected > SLOW

    def advance(self, cost: float = 1.0) -> None:
        """Note that a part is finished, and tell the reporters."""
        self._now = self._clock()
        self.done += cost
        if self._first is None:
            self._first = self.elapsed, self.done
        for reporter in self._reporters:
            reporter.update(self)
        if self.slow and not self._warned:
            self._warned = True
            warn_user(
                f"{self.text} takes about {duration(self.expected)}: it is neither shipped nor in the cache folder, "
                "which keeps it for the next time. See darktarget.show_progress.",
                SlowWarning,
            )


class Lines:
    """A reporter that writes plain lines about slow work: the estimate, then what is left, then the duration.

    Args:
        write: takes one line. clock is that of the tasks: no line is written between their parts.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._last: dict[Task, tuple[float, float]] = {}

    def begin(self, task: Task) -> None:
        """Nothing yet: the time is not known."""

    def update(self, task: Task) -> None:
        """Write a line where one is due."""
        if not task.slow:
            return
        if task not in self._last:
            self._write(f"{task.text}, about {duration(task.expected)}")
        else:
            when, fraction = self._last[task]
            since = task.elapsed - when
            if since < EVERY or (since < LONGEST and task.fraction - fraction < STEP - ROUNDING) or task.fraction >= 1:
                return
            left = f"about {duration(task.remaining)} left"
            self._write(f"{task.text}: {task.fraction:.0%} after {duration(task.elapsed)}, {left}")
        self._last[task] = task.elapsed, task.fraction

    def end(self, task: Task, finished: bool) -> None:
        """Write how long it took, where the task was announced."""
        if self._last.pop(task, None) is not None:
            self._write(f"{task.text}: {'finished' if finished else 'stopped'} after {duration(task.elapsed)}")


def _log(line: str) -> None:
    """Log a line of a task, marked so that a handler can leave out what a reporter shows."""
    LOGGER.info("%s", line, extra={"progress": True})


_LOGGED: Final = Lines(_log)
_REPORTER: ContextVar[Reporter | None] = ContextVar("reporter", default=None)
_TABLE: ContextVar[bool] = ContextVar("table", default=False)


@contextmanager
def task(text: str, total: float) -> Iterator[Task]:
    """Work in parts: call ``advance(cost)`` of the task after each.

    Args:
        text: what is done, for the log and the user. total: cost of all parts (any unit).

    >>> with task("counting", total=3) as work:
    ...     for cost in (1, 2):
    ...         work.advance(cost)
    >>> work.fraction
    1.0
    """
    shown = _REPORTER.get()
    reporters = (_LOGGED,) if shown is None else (_LOGGED, shown)
    work = Task(text, total, reporters, table=_TABLE.get())
    for reporter in reporters:
        reporter.begin(work)
    finished = False
    try:
        yield work
        finished = True
    finally:
        for reporter in reporters:
            reporter.end(work, finished)


def track(items: Sequence[T], text: str, cost: Callable[[T], float] | None = None) -> Iterator[T]:
    """Iterate over items as the parts of one task.

    Args:
        items: the parts. text: what is done. cost: relative cost of an item; by default all cost the same.

    >>> list(track([1, 2], "counting"))
    [1, 2]
    """
    costs = [1.0 if cost is None else cost(item) for item in items]
    with task(text, sum(costs)) as work:
        for item, each in zip(items, costs, strict=True):
            yield item
            work.advance(each)


@contextmanager
def reported(reporter: Reporter | None) -> Iterator[None]:
    """Within the block, long work is shown by ``reporter`` (None: it is only logged)."""
    token = _REPORTER.set(reporter)
    try:
        yield
    finally:
        _REPORTER.reset(token)


@contextmanager
def building(name: str) -> Iterator[None]:
    """Within the block, a table is built, which is stored at the end: slow work issues a ``SlowWarning``.

    An interruption is logged with what becomes of the table; the exception carries the same words as a note.
    """
    token, start = _TABLE.set(True), perf_counter()
    LOGGER.info("table %s is not stored, it is built now", name)
    try:
        yield
        LOGGER.info("table %s is built, %s", name, duration(perf_counter() - start))
    except KeyboardInterrupt as stop:
        text = f"table {name} was not finished and is not stored; finished tables are kept: run again to continue"
        stop.add_note(text)
        LOGGER.warning("%s", text)
        raise
    finally:
        _TABLE.reset(token)


def duration(seconds: float) -> str:
    """A time in words, with two digits at most.

    >>> duration(0.31), duration(43.2), duration(250), duration(5400)
    ('0.3 s', '43 s', '4.2 min', '1.5 h')
    """
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * size:
            return f"{_two_digits(seconds / size)} {unit}"
    return f"{_two_digits(seconds)} s"


def _two_digits(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
