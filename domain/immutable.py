"""Values that never change, so that a copy of one may be the value itself."""

from __future__ import annotations

from typing import Self


class Immutable:
    """Base of frozen dataclasses that travel through pipelines.

    Haystack deep-copies what passes between components; for thousands of passages with their rectangles
    that would cost more than the work itself.
    """

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self
