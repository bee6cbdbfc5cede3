"""A progress bar for people; scripts never see it."""

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import rich.progress

PATIENCE_S = 1.0
"""What is done sooner needs no bar."""

REFRESH_S = 0.1


class ProgressBar:
    """A bar on standard error, if that is a terminal and the work takes longer than PATIENCE_S."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._due = monotonic() + PATIENCE_S if sys.stderr.isatty() else float("inf")
        self._bar: rich.progress.Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def moved(self, done: int, whole: int) -> None:
        """Show that `done` of `whole` is done; cheap enough for every block.

        A `whole` of 0 is not known yet, and nothing is shown.
        """
        if not whole or monotonic() < self._due:
            return
        self._due = monotonic() + REFRESH_S
        if self._bar is None:
            self._bar = _started_bar(self._label)
        self._bar.update(self._bar.task_ids[0], completed=done, total=whole, refresh=True)


def _started_bar(label: str) -> "rich.progress.Progress":
    # Most runs end before a bar is due, and rich takes longer to import than a file to read.
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    # Its thread would outlive an error; `moved` refreshes it instead.
    bar = Progress(console=Console(stderr=True), auto_refresh=False, transient=True)
    bar.add_task(escape(label))
    bar.start()
    return bar
