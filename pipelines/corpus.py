"""Indexing many short texts at once, as evaluation sets bring them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haystack import component

from domain.documents import Chunk, MediaType, Page, ParsedDocument
from domain.immutable import Batch, Immutable
from domain.progress import Progress
from pipelines.splitter import PassageSplitter


@dataclass(frozen=True, slots=True)
class CorpusText(Immutable):
    """One text of a corpus; ``id`` becomes the document's id."""

    id: str
    title: str
    text: str


@component
class CorpusSplitter:
    """Splits every text of a corpus as an uploaded document of one page would be split."""

    @component.output_types(chunks=Sequence[Chunk])
    def run(self, texts: Sequence[CorpusText], index: str) -> dict[str, Sequence[Chunk]]:
        """Split ``texts``; ids are made as ``PassageSplitter`` makes them."""
        splitter = PassageSplitter()
        chunks: list[Chunk] = []
        for text in texts:
            page = Page(1, text.text)
            document = ParsedDocument(MediaType.TEXT, text.title, (page,))
            chunks += splitter.split(document, text.id, index, Progress())
        return {"chunks": Batch(chunks)}
