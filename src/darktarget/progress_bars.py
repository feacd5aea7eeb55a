"""Progress on a screen: bars in a terminal, a display that updates in a notebook, plain lines anywhere else.

In a batch log there are plain lines only, never a carriage return.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from darktarget.errors import chosen
from darktarget.progress import Lines, Reporter, Task, duration, reported

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

REDRAW: Final = 0.2  # s between two updates of a notebook display


class TerminalBars:
    """A bar per task in a terminal, gone when the work is finished; slow tables are announced in a line above it."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._bars: dict[Task, TaskID] = {}
        self._told: set[Task] = set()

    def begin(self, task: Task) -> None:
        """Add a bar."""
        if self._progress is None:
            self._progress = _rich_progress()
            self._progress.start()
        self._bars[task] = self._progress.add_task(task.text, total=task.total)

    def update(self, task: Task) -> None:
        """Move the bar."""
        assert self._progress is not None
        self._progress.update(self._bars[task], completed=task.done)
        if task.table and task.slow and task not in self._told:
            self._told.add(task)
            line = f"{task.text}, about {duration(task.expected)}"
            self._progress.console.print(line, markup=False, highlight=False)

    def end(self, task: Task, finished: bool) -> None:
        """Remove the bar, and the display with the last one."""
        assert self._progress is not None
        self._progress.remove_task(self._bars.pop(task))
        self._told.discard(task)
        if not self._bars:
            self._progress.stop()
            self._progress = None


def _rich_progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    columns = (
        # a long text leaves room for the times in a narrow terminal
        TextColumn(
            "{task.description}", markup=False, table_column=Column(max_width=36, no_wrap=True, overflow="ellipsis")
        ),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


class NotebookBars:
    """A bar per slow task in the output of a notebook's cell, as HTML; no widgets are needed."""

    def __init__(self) -> None:
        self._handles: dict[Task, Any] = {}
        self._drawn: dict[Task, float] = {}

    def begin(self, task: Task) -> None:
        """Nothing yet: the time is not known."""

    def update(self, task: Task) -> None:
        """Draw or redraw the bar of slow work."""
        if task not in self._handles:
            if task.slow:
                from IPython.display import display

                self._handles[task] = display(self._content(task), raw=True, display_id=True)
                self._drawn[task] = task.elapsed
        elif task.elapsed - self._drawn[task] >= REDRAW:
            self._handles[task].update(self._content(task), raw=True)
            self._drawn[task] = task.elapsed

    def end(self, task: Task, finished: bool) -> None:
        """Replace the bar by the time that it took."""
        self._drawn.pop(task, None)
        handle = self._handles.pop(task, None)
        if handle is not None:
            line = f"{task.text}: {'finished' if finished else 'stopped'} after {duration(task.elapsed)}"
            handle.update({"text/plain": line, "text/html": html.escape(line)}, raw=True)

    @staticmethod
    def _content(task: Task) -> dict[str, str]:
        line = f"{task.text}: {task.fraction:.0%}, about {duration(task.remaining)} left"
        bar = f'<progress value="{task.fraction:.4f}" max="1"></progress>'
        return {"text/plain": line, "text/html": f"{bar} {html.escape(line)}"}


def on_stderr(line: str) -> None:
    """Write one line to stderr at once."""
    print(line, file=sys.stderr, flush=True)


def in_notebook() -> bool:
    """Whether the code runs in the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _suitable() -> Reporter:
    if in_notebook():
        return NotebookBars()
    return TerminalBars() if sys.stderr.isatty() else Lines(on_stderr)


#: How progress can be shown, by name (read-only).
DISPLAYS: Final[Mapping[str, Callable[[], Reporter]]] = MappingProxyType(
    {"auto": _suitable, "bars": TerminalBars, "notebook": NotebookBars, "lines": lambda: Lines(on_stderr)}
)


@contextmanager
def show_progress(display: str = "auto") -> Iterator[None]:
    """Within the block, long work shows its progress.

    Args:
        display: ``bars`` (of a terminal), ``notebook``, ``lines`` (plain, on stderr) or ``auto``, which chooses
            what suits the place where the code runs.

    Raises:
        UnknownName: no such display.

    >>> import darktarget as dt
    >>> with dt.show_progress():
    ...     bound = dt.limit(dt.model("dark-photon", mass=0.1), dt.experiment("na64e-2018"))
    """
    with reported(chosen("display", display, DISPLAYS)()):
        yield
