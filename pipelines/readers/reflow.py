"""Puts the lines of a page back together: wrapped prose becomes paragraphs, rows of tables stay lines.

A line break that only comes from the width of the page becomes a space; one that the author made stays a
line break. Which of the two it is follows from the width: if the next line's first word had still fitted
on this line, the author broke it here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from domain.documents import Line, Rectangle
from pipelines.readers.pdfium import RawLine

_MARKER = re.compile(r"(?:[•◦‣▪●○■□➢➤✓✔–—*·-]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)])\s")
_NUMERIC = re.compile(r"[($€£¥+~<>-]*\d[\d.,:/%)\]A-Za-z]{0,12}|[$€£¥%—–-]|n/?a", re.IGNORECASE)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_ENDS = (".", "!", "?", ":", ";", "。", "！", "？", "”", '"')
# How many lines up and down are looked at to learn how wide a paragraph is.
_WINDOW = 5
# A line of this many words before a small letter is prose that goes on.
_PROSE_WORDS = 3
# A break is the author's when the next word would have fitted with this share of the column to spare.
_SLACK = 0.04
_PARAGRAPH_GAP = 0.9
_SAME_SIZE = 0.75
_SAME_ROW = 0.7
_TOUCHING = 0.005
# Plain text wrapped by a program is at most about this wide; longer lines are paragraphs of their own.
_WRAPPED_WIDTH = 120


def is_row(text: str) -> bool:
    """Whether a line looks like a row of a table: it ends in two or more numbers, or is mostly numbers."""
    words = text.split()
    flags = [_NUMERIC.fullmatch(word) is not None for word in words]
    numbers = sum(flags)
    if len(words) >= 2 and numbers / len(words) >= 0.5:
        return True
    return len(words) >= 3 and flags[-1] and flags[-2] and numbers / len(words) >= 0.2


def joined(lines: Sequence[RawLine], hyphenated: Collection[str] = ()) -> tuple[str, tuple[Line, ...]]:
    """One text made of ``lines``, and where each line stands in it.

    ``hyphenated`` holds words, in lower case, that the document writes with a hyphen in the middle of a
    line: when such a word is broken at its hyphen, the hyphen stays.
    """
    parts: list[str] = []
    placed: list[Line] = []
    position = 0
    for index, line in enumerate(lines):
        text = line.text
        following = lines[index + 1] if index + 1 < len(lines) else None
        glue = ""
        if following is not None:
            if line.hyphenated:
                glue = "-" if _keeps_hyphen(text, following.text, hyphenated) else ""
            else:
                glue = _glue(lines, index)
        parts.append(text + glue)
        placed.append(Line(position, position + len(text) + len(glue.strip()), line.rectangle))
        position += len(text) + len(glue)
    return "".join(parts), tuple(placed)


def _keeps_hyphen(before: str, after: str, hyphenated: Collection[str]) -> bool:
    first, second = before.rsplit(None, 1)[-1], after.split(None, 1)[0]
    if not (first[-1:].isalpha() and second[:1].islower()):
        return True
    # "state-of-" with "the": a word that has hyphens already goes on having them.
    return "-" in first or f"{first}-{second}".strip(".,;:()").lower() in hyphenated


def _glue(lines: Sequence[RawLine], index: int) -> str:
    line, following = lines[index], lines[index + 1]
    if _beside(line.rectangle, following.rectangle):
        return " "
    if _MARKER.match(following.text) or is_row(line.text) or is_row(following.text):
        return "\n"
    if line.rectangle is None or following.rectangle is None:
        soft = _wrapped_by_length(lines, index)
    else:
        soft = _wrapped_by_width(lines, index, line.rectangle, following.rectangle)
    if not soft:
        return "\n"
    return "" if _CJK.match(line.text[-1]) and _CJK.match(following.text[0]) else " "


def _beside(box: Rectangle | None, following: Rectangle | None) -> bool:
    """Whether ``following`` goes on in the same row: PDFium parts a row at a raised footnote sign."""
    if box is None or following is None or following.left < box.right - _TOUCHING:
        return False
    overlap = min(box.bottom, following.bottom) - max(box.top, following.top)
    return overlap > _SAME_ROW * min(box.bottom - box.top, following.bottom - following.top)


def _wrapped_by_width(lines: Sequence[RawLine], index: int, box: Rectangle, following: Rectangle) -> bool:
    text, next_text = lines[index].text, lines[index + 1].text
    goes_on = next_text[:1].islower()
    if following.top < box.top + 0.3 * (box.bottom - box.top):  # beside or above: another column
        return _same_size(box, following) and goes_on and not text.endswith(_ENDS)
    if not _linked(lines[index], lines[index + 1]):
        return False
    if goes_on and len(text.split()) >= _PROSE_WORDS:
        return True
    block = [line.rectangle for line in _block(lines, index) if line.rectangle]
    edge = max(rectangle.right for rectangle in block)
    width = max(edge - min(rectangle.left for rectangle in block), 1e-6)
    per_character = (box.right - box.left) / len(text)
    needed = (len(_first_word(next_text)) + 1) * per_character
    return box.right + needed > edge - _SLACK * width


def _block(lines: Sequence[RawLine], index: int) -> Sequence[RawLine]:
    """The lines around ``index`` that follow each other closely in one column."""
    first, last = index, index + 1
    while first > max(0, index - _WINDOW) and _linked(lines[first - 1], lines[first]):
        first -= 1
    while last < min(len(lines) - 1, index + _WINDOW) and _linked(lines[last], lines[last + 1]):
        last += 1
    return lines[first : last + 1]


def _linked(line: RawLine, following: RawLine) -> bool:
    """Whether ``following`` stands right under ``line``, in letters of about the same size."""
    box, below = line.rectangle, following.rectangle
    if box is None or below is None or not _same_size(box, below):
        return False
    gap = below.top - box.bottom
    height = box.bottom - box.top
    return (
        -0.7 * height < gap <= _PARAGRAPH_GAP * height and below.left < box.right and below.right > box.left
    )


def _same_size(box: Rectangle, other: Rectangle) -> bool:
    height, other_height = box.bottom - box.top, other.bottom - other.top
    return min(height, other_height) >= _SAME_SIZE * max(height, other_height)


def _wrapped_by_length(lines: Sequence[RawLine], index: int) -> bool:
    near = [len(line.text) for line in lines[max(0, index - _WINDOW) : index + _WINDOW + 1]]
    widest = max(near)
    if widest > _WRAPPED_WIDTH:
        return False
    return len(lines[index].text) + 1 + len(_first_word(lines[index + 1].text)) > (1 - _SLACK) * widest


def _first_word(text: str) -> str:
    # Chinese and Japanese wrap anywhere: their "word" is a character.
    return text[0] if _CJK.match(text) else text.split(None, 1)[0]
