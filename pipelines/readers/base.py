"""What a reader is, the list of them, and how one is chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from domain.documents import ParsedDocument
from domain.errors import UnreadableDocument
from domain.progress import Progress
from pipelines.readers.detect import ENDINGS, FORMATS, detect

STAGE = "read"

Reader = Callable[[Path, str, Progress], ParsedDocument]
"""Turns the file at a path, shown to people under a name, into text. Raises ``UnreadableDocument``."""

READERS: dict[str, Reader] = {}


def reads(media_type: str, *endings: str) -> Callable[[Reader], Reader]:
    """Register the decorated function as the reader of ``media_type``.

    Files are found to be of it by the ``endings`` of their names, such as ``.csv``; the formats of
    ``MediaType`` need none, for ``detect`` knows them by their content.
    """

    def register(reader: Reader) -> Reader:
        READERS[media_type] = reader
        ENDINGS.update(dict.fromkeys(endings, media_type))
        return reader

    return register


def read(path: Path, name: str, progress: Progress | None = None) -> ParsedDocument:
    """Read the file at ``path``, which people know as ``name``; progress counts pages of stage "read".

    Raises ``UnreadableDocument`` when it cannot be turned into text, and what ``progress`` raises to stop.
    """
    reader = READERS.get(detect(path, name))
    if reader is None:
        raise UnreadableDocument(f"“{name}” is of a format that cannot be read yet; upload it as {FORMATS}.")
    return reader(path, name, progress or Progress())


def title_from(name: str) -> str:
    """A readable title from a file's name: no folders, no extension, words apart."""
    stem = Path(name.replace("\\", "/")).stem.replace("_", " ")
    return " ".join(stem.split()) or "Untitled"
