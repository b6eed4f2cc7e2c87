"""Reads PDFs: text and boxes from PDFium, what the file says of itself from pypdf."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pypdfium2 as pdfium

from domain.documents import Heading, Line, MediaType, Page, ParsedDocument
from domain.errors import UnreadableDocument
from domain.progress import Progress
from pipelines.readers import pdf_facts
from pipelines.readers import pdfium as engine
from pipelines.readers.base import STAGE, reads, title_from
from pipelines.readers.pdf_facts import Facts, NeedsPassword, OutlineEntry
from pipelines.readers.pdfium import RawLine
from pipelines.readers.reflow import joined

logger = logging.getLogger(__name__)

_HYPHENATED = re.compile(r"\w+(?:-\w+)+")
_TAIL = 2048
_NAMED_PAGES = 8

Places = dict[int, float]
"""How far down its page an outline entry points (a fraction), by the entry's position in the outline."""


@reads(MediaType.PDF)
def read_pdf(path: Path, name: str, progress: Progress) -> ParsedDocument:
    """Read the PDF at ``path``.

    Raises ``UnreadableDocument`` when it wants a password, is damaged, or has no text on any page.
    """
    facts = pdf_facts.facts(path)
    warnings: list[str] = []
    places: Places = {}
    try:
        raw_pages = _with_pdfium(path, facts, places, warnings, progress)
    except pdfium.PdfiumError as error:
        if engine.needs_password(error):
            raise _password_wanted(name) from error
        logger.info("PDFium refused the file (code %s); pypdf reads it", error.err_code)
        raw_pages = _with_pypdf(path, name, warnings, progress)
    if not any(raw_pages):
        raise _no_text(name, len(raw_pages), damaged=bool(warnings))
    warnings += _warnings(path, raw_pages)
    pages = _pages(raw_pages, facts.labels)
    return ParsedDocument(
        media_type=MediaType.PDF,
        title=facts.title or title_from(name),
        pages=pages,
        headings=tuple(_headings(facts.outline, pages, places)),
        metadata=facts.metadata,
        warnings=tuple(warnings),
    )


def _with_pdfium(
    path: Path, facts: Facts, places: Places, warnings: list[str], progress: Progress
) -> list[list[RawLine]]:
    found: list[list[RawLine]] = []
    damaged: list[int] = []
    with engine.opened(path) as document:
        with engine.LOCK:
            total = len(document)
        progress(STAGE, 0, total)
        for index in range(total):
            try:
                page = engine.read_page(document, index)
            except pdfium.PdfiumError:
                damaged.append(index + 1)
                found.append([])
            else:
                found.append(page.lines)
                places.update(_places(facts.outline, index, page.fractions))
            progress(STAGE, index + 1, total)
    if damaged:
        warnings.append(f"{_which(damaged, total)} could not be read because the file is damaged there.")
    return found


def _with_pypdf(path: Path, name: str, warnings: list[str], progress: Progress) -> list[list[RawLine]]:
    try:
        reader = pdf_facts.open_reader(path)
        total = len(reader.pages)
    except NeedsPassword as error:
        raise _password_wanted(name) from error
    except (Exception, RecursionError) as error:
        raise UnreadableDocument(
            f"“{name}” is damaged or incomplete and cannot be opened; export or download it again."
        ) from error
    found: list[list[RawLine]] = []
    progress(STAGE, 0, total)
    for index in range(total):
        found.append(pdf_facts.page_text(reader, index))
        progress(STAGE, index + 1, total)
    warnings.append(
        "The file is not quite in order: its text was read, but passages cannot be boxed on the page."
    )
    return found


def _password_wanted(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"“{name}” is protected by a password; save a copy without protection and upload that."
    )


def _no_text(name: str, pages: int, *, damaged: bool) -> UnreadableDocument:
    if damaged or pages == 0:
        return UnreadableDocument(
            f"“{name}” is damaged or incomplete and no text could be read; export or download it again."
        )
    amount = "its only page" if pages == 1 else f"any of its {pages} pages"
    return UnreadableDocument(
        f"“{name}” has no text on {amount}, probably only scanned images; text recognition (OCR) is not "
        "available yet, so upload a version with text."
    )


def _warnings(path: Path, raw_pages: Sequence[Sequence[RawLine]]) -> Iterable[str]:
    empty = [number for number, lines in enumerate(raw_pages, start=1) if not lines]
    if empty:
        yield f"{_which(empty, len(raw_pages))} without text (images or blank) cannot be searched."
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        if b"%%EOF" not in file.read():
            yield "The file seems to be cut off at its end; some of its text may be missing."


def _which(numbers: Sequence[int], total: int) -> str:
    shown = ", ".join(str(number) for number in numbers[:_NAMED_PAGES])
    more = " …" if len(numbers) > _NAMED_PAGES else ""
    return f"{len(numbers)} of {total} pages ({shown}{more})"


def _pages(raw_pages: Sequence[Sequence[RawLine]], labels: Sequence[str]) -> tuple[Page, ...]:
    hyphenated: set[str] = set()
    if any(line.hyphenated for lines in raw_pages for line in lines):
        texts = (line.text for lines in raw_pages for line in lines if "-" in line.text)
        hyphenated = {word.lower() for text in texts for word in _HYPHENATED.findall(text)}
    pages = []
    for index, lines in enumerate(raw_pages):
        text, placed = joined(lines, hyphenated)
        label = labels[index] if index < len(labels) else ""
        number = index + 1
        pages.append(Page(number, text, label if label and label != str(number) else None, placed))
    return tuple(pages)


def _places(
    outline: Sequence[OutlineEntry], index: int, fractions: Callable[[float, float], tuple[float, float]]
) -> Places:
    return {
        position: fractions(entry.x or 0.0, entry.y)[1]
        for position, entry in enumerate(outline)
        if entry.page == index and entry.y is not None
    }


def _headings(outline: Sequence[OutlineEntry], pages: Sequence[Page], places: Places) -> Iterable[Heading]:
    for position, entry in enumerate(outline):
        if entry.page < len(pages):
            page = pages[entry.page]
            yield Heading(entry.level, entry.title, page.number, _offset(entry, page, places.get(position)))


def _offset(entry: OutlineEntry, page: Page, place: float | None) -> int:
    """Where on its page an outline entry's section starts: at its title, or else where it points."""
    title = _letters(entry.title)
    named = [line for line in page.lines if _is_title(_letters(page.text[line.start : line.end]), title)]
    if named:
        return min(named, key=lambda line: _distance(line, place)).start
    if place is None:
        return 0
    below = (line for line in page.lines if line.rectangle and line.rectangle.bottom >= place)
    return next((line.start for line in below), len(page.text))


def _is_title(line: str, title: str) -> bool:
    return len(line) >= 3 and (line.startswith(title) or title.startswith(line) or line.endswith(title))


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _distance(line: Line, place: float | None) -> float:
    if place is None or line.rectangle is None:
        return 0.0
    return abs(line.rectangle.top - place)
