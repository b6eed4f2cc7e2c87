"""Reading as a component of the ingestion pipeline."""

from __future__ import annotations

from pathlib import Path

from haystack import component

from domain.documents import ParsedDocument
from domain.progress import Progress
from pipelines.readers.base import read


@component
class DocumentReader:
    """Reads one file with the reader that its content asks for."""

    @component.output_types(document=ParsedDocument)
    def run(self, path: str, name: str, progress: Progress | None = None) -> dict[str, ParsedDocument]:
        """Read the file at ``path``, which people know as ``name``.

        Raises ``UnreadableDocument`` when it cannot be turned into text.
        """
        return {"document": read(Path(path), name, progress)}
