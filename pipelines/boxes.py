"""Boxes on pages: the part of a line that some of its characters fill, and the boxes of a quoted span."""

from __future__ import annotations

from collections.abc import Sequence

from domain.documents import Rectangle, Span

# Two lines with a gap below this share of their height are boxed as one block.
_NEAR = 0.9
_ALIGNED = 0.005


def narrowed(rectangle: Rectangle, start: float, end: float) -> Rectangle:
    """The part of a line's box between the shares ``start`` and ``end`` of its characters, in [0, 1].

    Characters count as equally wide. A box that is taller than wide (a line that runs up the page) stays
    whole, because its direction is not known.
    """
    width = rectangle.right - rectangle.left
    if (start <= 0 and end >= 1) or rectangle.bottom - rectangle.top > width:
        return rectangle
    left = rectangle.left + max(0.0, start) * width
    right = rectangle.left + min(1.0, end) * width
    return Rectangle(round(left, 5), rectangle.top, round(right, 5), rectangle.bottom)


def locate(spans: Sequence[Span], start: int, end: int) -> list[tuple[int, Rectangle]]:
    """The pages and boxes of characters ``start`` to ``end`` of a chunk whose lines are ``spans``.

    Partial lines are narrowed; whole lines of one paragraph are joined into one box, so that a passage is
    boxed and not ruled. Empty when the chunk has no boxes.
    """
    found: list[tuple[int, Rectangle]] = []
    for span in spans:
        first, last = max(start, span.start), min(end, span.end)
        if first >= last:
            continue
        length = span.end - span.start
        box = narrowed(span.rectangle, (first - span.start) / length, (last - span.start) / length)
        if found and found[-1][0] == span.page and _joins(found[-1][1], box):
            found[-1] = (span.page, _union(found[-1][1], box))
        else:
            found.append((span.page, box))
    return found


def _joins(above: Rectangle, below: Rectangle) -> bool:
    """Whether two boxes are lines of one block: near, and with the same left and right edge."""
    gap = below.top - above.bottom
    near = -_NEAR * (below.bottom - below.top) < gap < _NEAR * (below.bottom - below.top)
    same_left = abs(above.left - below.left) <= _ALIGNED
    same_right = abs(above.right - below.right) <= 4 * _ALIGNED
    return near and below.bottom > above.bottom and same_left and same_right


def _union(one: Rectangle, other: Rectangle) -> Rectangle:
    return Rectangle(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )
