"""What a document is once it has been read, and the passages it is cut into."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from domain.immutable import Immutable


class DocumentStatus(StrEnum):
    """Where a document stands. Only a ``READY`` one can be found."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    DELETING = "deleting"


class MediaType(StrEnum):
    """The formats that are known by their content; readers may add others, known by the ending of a name."""

    PDF = "application/pdf"
    TEXT = "text/plain"
    MARKDOWN = "text/markdown"


@dataclass(frozen=True, slots=True)
class Rectangle(Immutable):
    """A box on a page, in fractions of the page's width and height, origin at the top left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Line(Immutable):
    """A line of a page: characters ``start`` to ``end`` of ``Page.text``, and where they stand."""

    start: int
    end: int
    rectangle: Rectangle | None = None


@dataclass(frozen=True, slots=True)
class Page(Immutable):
    """One page. ``number`` counts physical pages from 1; ``label`` is what is printed on it."""

    number: int
    text: str
    label: str | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading(Immutable):
    """A heading or outline entry: it opens a section at ``offset`` characters into its page's text."""

    level: int
    title: str
    page: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ParsedDocument(Immutable):
    """What a reader found in a file."""

    media_type: str
    title: str
    pages: tuple[Page, ...]
    headings: tuple[Heading, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span(Immutable):
    """Characters ``start`` to ``end`` of ``Chunk.text``, and the box they fill on ``page``."""

    start: int
    end: int
    page: int
    rectangle: Rectangle


@dataclass(frozen=True, slots=True)
class Chunk(Immutable):
    """A passage: the text that is embedded, searched, quoted and boxed.

    ``context`` is the line "title › section" that goes before the text when it is embedded and
    indexed for keywords; it is never quoted. ``page`` and ``page_label`` are those of its first
    character; ``spans`` are its lines in reading order and may reach over several pages.
    """

    id: str
    document_id: str
    ordinal: int
    text: str
    context: str
    page: int
    page_label: str | None = None
    spans: tuple[Span, ...] = ()

    @property
    def indexed_text(self) -> str:
        """The text that is embedded and searched by keyword: the context line, then the passage."""
        return f"{self.context}\n{self.text}" if self.context else self.text
