"""Values that never change, so that a copy of one may be the value itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Self, TypeVar, overload

Item = TypeVar("Item", covariant=True)


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


class Batch(Immutable, Sequence[Item]):
    """Many values that travel through a pipeline as one.

    Not a list or tuple, of which Haystack would look at every element: a third of a search's own time.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[Item] = ()) -> None:
        """Hold ``items`` in their order."""
        self._items = tuple(items)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Batch[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Batch[Item]:
        return Batch(self._items[index]) if isinstance(index, slice) else self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._items == tuple(other)

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return f"Batch({list(self._items)!r})"
