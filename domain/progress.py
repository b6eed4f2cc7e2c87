"""How long work says how far it is, and learns that it should stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self


class Progress:
    """Passed through a pipeline; each component reports its stage and how much of it is done.

    Haystack copies what it passes on; a copy of this is the same object, since there is one listener.
    """

    def __init__(self, report: Callable[[str, int, int], None] | None = None) -> None:
        """Call ``report(stage, done, total)`` each time; it may raise ``Cancelled`` to stop the work."""
        self._report = report

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` units of ``stage`` are finished."""
        if self._report is not None:
            self._report(stage, done, total)

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self
