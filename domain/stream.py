"""How an answer comes piece by piece, and how whoever writes it learns that it should stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self


class Stream:
    """Passed through a pipeline; the component that writes the answer hands each piece of it on.

    Haystack copies what it passes on; a copy of this is the same object, since there is one listener.
    """

    def __init__(
        self, on_text: Callable[[str], None] | None = None, check: Callable[[], None] | None = None
    ) -> None:
        """Call ``on_text`` with each piece; ``check`` raises ``Cancelled`` when the answer is not wanted."""
        self._on_text = on_text
        self._check = check

    def __call__(self, text: str) -> None:
        """Hand on a piece of the answer."""
        if self._on_text is not None and text:
            self._on_text(text)

    def check(self) -> None:
        """Raise ``Cancelled`` if the person asked to stop; call it while waiting too."""
        if self._check is not None:
            self._check()

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self
