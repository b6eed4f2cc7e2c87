"""A document's structure: sections from its headings, and what repeats on every page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.documents import Heading, Line, Page, ParsedDocument
from pipelines.sizes import tokens

SEPARATOR = " › "

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_FEWEST_PAGES = 4
_REPEATED = 0.3
_EDGE_LINES = 2
_MOST_CONTEXT_TOKENS = 48
_MOST_TITLE_WORDS = 14


@dataclass(frozen=True, slots=True)
class Section:
    """Characters ``start`` to ``end`` of a page, and the headings they stand under."""

    path: tuple[str, ...]
    start: int
    end: int


def sections(document: ParsedDocument) -> Iterator[list[Section]]:
    """For each page its sections in order; a page without headings goes on with the last one's."""
    by_page: dict[int, list[Heading]] = {}
    for heading in document.headings:
        by_page.setdefault(heading.page, []).append(heading)
    stack: list[Heading] = []
    for page in document.pages:
        found: list[Section] = []
        start = 0
        for heading in sorted(by_page.get(page.number, ()), key=_offset):
            if heading.offset > start:
                found.append(Section(_path(stack), start, heading.offset))
                start = heading.offset
            while stack and stack[-1].level >= heading.level:
                stack.pop()
            stack.append(heading)
        found.append(Section(_path(stack), start, len(page.text)))
        yield found


def context_line(title: str, path: Sequence[str]) -> str:
    """The line "title › section › subsection"; when it is too long, inner sections go first."""
    first = " ".join(title.split()[:_MOST_TITLE_WORDS])
    parts = [first, *(part for part in path if part and part != title)]
    while len(parts) > 2 and tokens(SEPARATOR.join(parts)) > _MOST_CONTEXT_TOKENS:
        del parts[1]
    line = SEPARATOR.join(parts)
    while tokens(line) > _MOST_CONTEXT_TOKENS:
        line = line[: int(len(line) * 0.9)].rstrip()
    return line


def body_ranges(pages: Sequence[Page]) -> list[list[tuple[int, int]]]:
    """For each page the stretches of its text that are not running heads, feet or page numbers.

    A line is one when it is among the first or last of its page and, numbers aside, the same on a good
    share of all pages.
    """
    if len(pages) < _FEWEST_PAGES:
        return [[(0, len(page.text))] for page in pages]
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_key(page, line) for line in _edges(page)})
    enough = max(_FEWEST_PAGES - 1, _REPEATED * len(pages))
    repeated = {key for key, count in counts.items() if count >= enough}
    return [_without(page, repeated) for page in pages]


def _without(page: Page, repeated: set[str]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    start = 0
    for line in _edges(page):
        if _key(page, line) in repeated:
            ranges.append((start, line.start))
            start = line.end
    ranges.append((start, len(page.text)))
    kept = [(first, last) for first, last in ranges if page.text[first:last].strip()]
    # A form that is filled in page after page is not made of running heads.
    return kept or [(0, len(page.text))]


def _edges(page: Page) -> list[Line]:
    if len(page.lines) <= 2 * _EDGE_LINES:
        return list(page.lines)
    return [*page.lines[:_EDGE_LINES], *page.lines[-_EDGE_LINES:]]


def _key(page: Page, line: Line) -> str:
    return _DIGITS.sub("#", page.text[line.start : line.end].casefold())


def _path(stack: Sequence[Heading]) -> tuple[str, ...]:
    return tuple(heading.title for heading in stack)


def _offset(heading: Heading) -> int:
    return heading.offset
