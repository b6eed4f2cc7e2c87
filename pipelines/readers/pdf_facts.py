"""pypdf: what a PDF says of itself, and its text when PDFium refuses the file.

pypdf is written in Python and walks whatever the file claims; a hostile or broken file may raise anything
from it. Facts are a courtesy, so each of them may be missing; text is not, so its failure is told.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pypdf import PasswordType, PdfReader
from pypdf.generic import Destination

from pipelines.readers.cleaning import clean_line
from pipelines.readers.pdfium import RawLine

logger = logging.getLogger(__name__)
T = TypeVar("T")

_FACTS = {"author": "author", "subject": "subject", "keywords": "keywords", "creator": "creator"}
_DATES = {"created": "creation_date", "modified": "modification_date"}
_LONGEST_FACT = 500
_LONGEST_TITLE = 200
_MOST_ENTRIES = 5000
_DEEPEST = 12
# Titles that programs write by themselves: a file's name or a number, not what the document is called.
_MACHINE_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel) - .*|.*\.(?:docx?|pptx?|xlsx?|indd|qxd|pdf|tex|dvi|html?)"
    r"|untitled.*|[\W\d_]*|document\d*|slide \d+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A line of the outline. ``page`` counts from 0; ``y`` is in the page's own coordinates."""

    level: int
    title: str
    page: int
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a PDF says of itself, as far as it could be read."""

    title: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()


class NeedsPassword(Exception):
    """The file is encrypted and the empty password does not open it."""


def open_reader(path: Path) -> PdfReader:
    """Open the PDF at ``path`` with pypdf, with the empty password where it is encrypted.

    Raises ``NeedsPassword``, or whatever pypdf raises for a file that it cannot read.
    """
    reader = PdfReader(path)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise NeedsPassword
    return reader


def facts(path: Path) -> Facts:
    """Title, metadata, page labels and outline of the PDF at ``path``; what cannot be read is left out."""
    reader = _attempt(lambda: open_reader(path), None)
    if reader is None:
        return Facts()
    try:
        return Facts(
            title=_attempt(lambda: _title(reader), None),
            metadata=_attempt(lambda: dict(_metadata(reader)), {}),
            labels=_attempt(lambda: tuple(clean_line(label) for label in reader.page_labels), ()),
            outline=_attempt(lambda: tuple(_outline(reader)), ()),
        )
    finally:
        reader.close()


def page_text(reader: PdfReader, index: int) -> list[RawLine]:
    """The lines of page ``index`` (from 0) without boxes; none when the page cannot be read."""
    text = _attempt(lambda: reader.pages[index].extract_text(), "")
    return [RawLine(line) for line in map(clean_line, text.splitlines()) if line]


def _attempt(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except (Exception, RecursionError) as error:  # noqa: BLE001 - see the module's docstring
        logger.info("pypdf could not read a part of the file: %s", type(error).__name__)
        return otherwise


def _title(reader: PdfReader) -> str | None:
    title = clean_line(str((reader.metadata and reader.metadata.title) or ""))[:_LONGEST_TITLE].strip()
    letters = sum(character.isalpha() for character in title)
    if letters < 3 or _MACHINE_TITLE.fullmatch(title) or (" " not in title and letters < 8):
        return None
    return title


def _metadata(reader: PdfReader) -> Iterator[tuple[str, str]]:
    found = reader.metadata
    if found is None:
        return
    for name, attribute in _FACTS.items():
        value = _attempt(lambda key=attribute: clean_line(str(getattr(found, key) or "")), "")  # type: ignore[misc]
        if value:
            yield name, value[:_LONGEST_FACT]
    for name, attribute in _DATES.items():
        moment = _attempt(lambda key=attribute: getattr(found, key), None)  # type: ignore[misc]
        if moment is not None:
            yield name, moment.isoformat()


def _outline(reader: PdfReader) -> Iterator[OutlineEntry]:
    pages = {
        page.indirect_reference.idnum: number
        for number, page in enumerate(reader.pages)
        if page.indirect_reference is not None
    }
    count = 0
    for level, entry in _walk(reader.outline, 1):
        title = clean_line(str(entry.title or ""))[:_LONGEST_TITLE]
        page = _page_of(entry, pages)
        if title and page is not None:
            yield OutlineEntry(level, title, page, _number(entry.left), _number(entry.top))
            count += 1
        if count >= _MOST_ENTRIES:
            return


def _walk(entries: list[Any], level: int) -> Iterator[tuple[int, Destination]]:
    for entry in entries:
        if isinstance(entry, list):
            if level < _DEEPEST:
                yield from _walk(entry, level + 1)
        else:
            yield level, entry


def _page_of(entry: Destination, pages: dict[int, int]) -> int | None:
    target: Any = entry.page
    if isinstance(target, int):
        return int(target) if 0 <= int(target) < len(pages) else None
    return pages.get(getattr(target, "idnum", -1))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
