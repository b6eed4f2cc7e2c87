"""Cuts a document into passages that respect its pages, sections, paragraphs and sentences.

The text of a page is divided where a section begins; what belongs together is cut only when it is longer
than a passage may be, and then where it hurts least (see ``docs/adr/0006-chunking.md`` for the sizes).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haystack import component

from domain.documents import Chunk, Line, Page, ParsedDocument, Span
from domain.immutable import Batch
from domain.progress import Progress
from pipelines.boxes import narrowed
from pipelines.outline import Section, body_ranges, context_line, sections
from pipelines.sentences import sentences
from pipelines.sizes import TOKEN_LIMIT, tokens, words

STAGE = "split"

_ENDS = (".", "!", "?", "。", "！", "？", ".”", '."', ".)", ".’")
_CUT_IN_PARAGRAPH = 0.25
_CUT_IN_TABLE = 0.15
_CUT_AFTER_TITLE = 0.8
_TITLE_WORDS = 12
# A passage of a few letters answers nothing.
_FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, row or heading: characters ``start`` to ``end`` of a page that are never cut."""

    page: int
    start: int
    end: int
    words: int
    tokens: int
    cut_cost: float  # what it costs to end a passage after it


@dataclass(slots=True)
class _Group:
    """Units that belong together: a section's part of a page."""

    path: tuple[str, ...]
    units: list[_Unit]

    @property
    def words(self) -> int:
        return sum(unit.words for unit in self.units)

    @property
    def tokens(self) -> int:
        return sum(unit.tokens for unit in self.units)


@component
class PassageSplitter:
    """Splits documents into passages of about ``target_words``, at most ``max_words``, words.

    ``overlap_sentences`` sentences are repeated from the passage before, within one section of a page.
    Text of at most ``max_words`` that belongs together stays one passage.
    """

    def __init__(self, target_words: int = 140, max_words: int = 190, overlap_sentences: int = 0) -> None:
        """Sizes in words; two Chinese or Japanese characters count as one. Raises ``ValueError``."""
        if not 1 <= target_words <= max_words or overlap_sentences < 0:
            raise ValueError("A splitter needs 1 ≤ target_words ≤ max_words and overlap_sentences ≥ 0.")
        self.target_words = target_words
        self.max_words = max_words
        self.overlap_sentences = overlap_sentences

    @component.output_types(chunks=Sequence[Chunk])
    def run(
        self, document: ParsedDocument, document_id: str, index: str, progress: Progress | None = None
    ) -> dict[str, Sequence[Chunk]]:
        """Split ``document``; ids are made of the name of the ``index``, ``document_id`` and the ordinal."""
        return {"chunks": Batch(self.split(document, document_id, index, progress or Progress()))}

    def split(self, document: ParsedDocument, document_id: str, index: str, report: Progress) -> list[Chunk]:
        """The passages of one document, as ``run`` gives them."""
        chunks: list[Chunk] = []
        total = len(document.pages)
        report(STAGE, 0, total)
        for group in self._groups(document):
            context = context_line(document.title, group.path)
            for units in self._cut(group, TOKEN_LIMIT - tokens(context)):
                chunk = _chunk(document, units, context, document_id, index, len(chunks))
                if sum(character.isalpha() for character in chunk.text) >= _FEWEST_LETTERS:
                    chunks.append(chunk)
            report(STAGE, group.units[-1].page + 1, total)
        report(STAGE, total, total)
        return chunks

    def _groups(self, document: ParsedDocument) -> Iterator[_Group]:
        """The groups in reading order, with the end of a sentence moved to the page where it began."""
        waiting: _Group | None = None
        bodies = body_ranges(document.pages)
        for number, (page, parts) in enumerate(zip(document.pages, sections(document), strict=True)):
            groups = [_Group(part.path, self._units(page, number, part, bodies[number])) for part in parts]
            for group in self._merged([group for group in groups if group.units]):
                if waiting is not None and _continues(waiting, group, document.pages):
                    waiting.units.append(group.units.pop(0))
                if waiting is not None:
                    yield waiting
                waiting = group if group.units else None
        if waiting is not None:
            yield waiting

    def _units(
        self, page: Page, number: int, part: Section, bodies: Sequence[tuple[int, int]]
    ) -> list[_Unit]:
        units: list[_Unit] = []
        for body_start, body_end in bodies:
            start, end = max(part.start, body_start), min(part.end, body_end)
            if start >= end:
                continue
            for first, last in sentences(page.text[start:end]):
                units += self._pieces(page.text, number, start + first, start + last)
        return units

    def _pieces(self, text: str, page: int, start: int, end: int) -> Iterator[_Unit]:
        """The sentence as one unit, or, when it is longer than a passage may be, as several."""
        limit = TOKEN_LIMIT // 2
        while True:
            sentence = text[start:end]
            count, size = words(sentence), tokens(sentence)
            if count <= self.max_words and size <= limit:
                yield _Unit(page, start, end, count, size, _cut_cost(text, sentence, count, end))
                return
            share = min(self.max_words / count, limit / size) if count else 1.0
            middle = start + _cut_near(sentence, max(1, int(len(sentence) * share * 0.9)))
            piece = text[start:middle].rstrip()
            yield _Unit(page, start, start + len(piece), words(piece), tokens(piece), _CUT_IN_PARAGRAPH)
            start = middle + (len(text[middle:end]) - len(text[middle:end].lstrip()))

    def _merged(self, groups: Sequence[_Group]) -> Iterator[_Group]:
        """Small sections of a page put together until they make a passage."""
        gathered: _Group | None = None
        for group in groups:
            if gathered is None:
                gathered = group
            elif gathered.words + group.words <= self.target_words and min(gathered.words, group.words) < (
                self.target_words / 2
            ):
                shared = _shared(gathered.path, group.path)
                gathered = _Group(shared or gathered.path, gathered.units + group.units)
            else:
                yield gathered
                gathered = group
        if gathered is not None:
            yield gathered

    def _cut(self, group: _Group, token_limit: int) -> Iterator[list[_Unit]]:
        """The passages of a group: the cheapest way of cutting it, found by dynamic programming."""
        units = group.units
        if group.words <= self.max_words and group.tokens <= token_limit:
            yield units
            return
        ends = self._best_ends(units, token_limit)
        start = 0
        for end in ends:
            first = self._with_overlap(units, start, end, token_limit)
            yield units[first:end]
            start = end

    def _best_ends(self, units: Sequence[_Unit], token_limit: int) -> list[int]:
        best = [0.0] + [float("inf")] * len(units)
        came_from = [0] * (len(units) + 1)
        for end in range(1, len(units) + 1):
            size = token_count = 0
            for start in range(end - 1, -1, -1):
                size += units[start].words
                token_count += units[start].tokens
                alone = start == end - 1
                if not alone and (size > self.max_words or token_count > token_limit):
                    break
                shape = ((size - self.target_words) / self.target_words) ** 2
                cost = best[start] + shape + (units[end - 1].cut_cost if end < len(units) else 0.0)
                if cost < best[end]:
                    best[end], came_from[end] = cost, start
        ends = []
        end = len(units)
        while end > 0:
            ends.append(end)
            end = came_from[end]
        return ends[::-1]

    def _with_overlap(self, units: Sequence[_Unit], start: int, end: int, token_limit: int) -> int:
        first = max(0, start - self.overlap_sentences) if start else 0
        while first < start and (
            sum(unit.words for unit in units[first:end]) > self.max_words
            or sum(unit.tokens for unit in units[first:end]) > token_limit
        ):
            first += 1
        return first


def _cut_cost(text: str, sentence: str, count: int, end: int) -> float:
    ends_line = text[end : end + 1] in ("\n", "")
    if sentence.endswith(_ENDS):
        return 0.0 if ends_line else _CUT_IN_PARAGRAPH
    if count <= _TITLE_WORDS and not any(character.isdigit() for character in sentence[-4:]):
        return _CUT_AFTER_TITLE
    return _CUT_IN_TABLE if ends_line else _CUT_IN_PARAGRAPH


def _cut_near(text: str, position: int) -> int:
    """Where to cut ``text`` at or before ``position``: after a clause, or a word, or right there."""
    for marks in (";", ",", " "):
        found = text.rfind(marks, position // 2, position)
        if found > 0:
            return found + 1
    return position


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    depth = 0
    while depth < min(len(one), len(other)) and one[depth] == other[depth]:
        depth += 1
    return one[:depth]


def _continues(before: _Group, after: _Group, pages: Sequence[Page]) -> bool:
    """Whether a sentence runs on from one page to the next."""
    last, first = before.units[-1], after.units[0]
    if first.page != last.page + 1 or before.path != after.path or last.words < 4:
        return False
    end = pages[last.page].text[last.start : last.end]
    start = pages[first.page].text[first.start : first.start + 1]
    return start.islower() and not end.endswith((*_ENDS, ":", ";"))


def _chunk(
    document: ParsedDocument, units: Sequence[_Unit], context: str, document_id: str, index: str, ordinal: int
) -> Chunk:
    parts: list[str] = []
    spans: list[Span] = []
    length = 0
    for page_number, start, end in _segments(units, document.pages):
        page = document.pages[page_number]
        if parts:
            glue = " " if page.text[start : start + 1].islower() else "\n"
            parts.append(glue)
            length += len(glue)
        parts.append(page.text[start:end])
        spans.extend(_spans(page, start, end, length - start))
        length += end - start
    first = document.pages[units[0].page]
    return Chunk(
        id=hashlib.sha256(f"{index}\n{document_id}\n{ordinal}".encode()).hexdigest()[:32],
        document_id=document_id,
        ordinal=ordinal,
        text="".join(parts),
        context=context,
        page=first.number,
        page_label=first.label,
        spans=tuple(spans),
    )


def _segments(units: Sequence[_Unit], pages: Sequence[Page]) -> list[tuple[int, int, int]]:
    """Page and characters of the stretches of text that the units fill, without what was left out."""
    segments: list[tuple[int, int, int]] = []
    for unit in units:
        if segments:
            page, start, end = segments[-1]
            if page == unit.page and not pages[page].text[end : unit.start].strip():
                segments[-1] = (page, start, unit.end)
                continue
        segments.append((unit.page, unit.start, unit.end))
    return segments


def _spans(page: Page, start: int, end: int, shift: int) -> Iterator[Span]:
    """The lines of ``page`` within characters ``start`` to ``end``, moved by ``shift``."""
    position = max(0, bisect_right(page.lines, start, key=_line_start) - 1)
    for line in page.lines[position:]:
        if line.start >= end:
            return
        first, last = max(line.start, start), min(line.end, end)
        if first < last and line.rectangle is not None:
            length = line.end - line.start
            box = narrowed(line.rectangle, (first - line.start) / length, (last - line.start) / length)
            yield Span(first + shift, last + shift, page.number, box)


def _line_start(line: Line) -> int:
    return line.start
