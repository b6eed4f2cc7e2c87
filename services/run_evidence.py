"""The evidence of a run as it is shown: passages with where they come from and what is marked in them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.documents import DocumentStatus, Rectangle, Span
from domain.evidence import Citation, Scores
from pipelines.boxes import locate
from pipelines.features import matches
from services.ingestion import spans_of
from services.tables import CandidateRow, ChunkRow, CitationRow, DocumentRow


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """Evidence as shown: with the document's name and page, and the spans that the answer quotes.

    ``text`` is ``None`` when its document was deleted since. ``numbers`` are the citations that point here,
    ``quotes`` the characters of ``text`` that they quote, and ``words`` those that the question has too.
    """

    rank: int
    chunk_id: str
    document_id: str
    document_name: str | None
    page: int
    page_label: str | None
    text: str | None
    context: str
    scores: Scores
    numbers: tuple[int, ...]
    quotes: tuple[tuple[int, int], ...]
    words: tuple[tuple[int, int], ...]
    spans: tuple[Span, ...]


def boxes(card: EvidenceCard) -> dict[int, list[Rectangle]]:
    """What to mark on which pages: the spans that the answer quotes, else the whole passage.

    Empty for a passage without rectangles, as those of text files are, and for a deleted one.
    """
    marked = card.quotes or ((0, len(card.text or "")),)
    found: dict[int, list[Rectangle]] = {}
    for start, end in marked:
        for page, rectangle in locate(card.spans, start, end):
            found.setdefault(page, []).append(rectangle)
    return found


def citation(row: CitationRow, text: str | None) -> Citation:
    """A citation with the text that it quotes, ``""`` when that was deleted since."""
    quote = text[row.start : row.end] if text is not None else ""
    return Citation(row.number, row.chunk_id, row.document_id, row.page, row.start, row.end, quote)


def cards(session: Session, run_id: str, question: str, cited: list[CitationRow]) -> tuple[EvidenceCard, ...]:
    """The evidence of a run, best first; ``question`` is the one that it was searched for."""
    rows = session.execute(
        select(CandidateRow, ChunkRow, DocumentRow.name)
        .outerjoin(ChunkRow, ChunkRow.id == CandidateRow.chunk_id)
        .outerjoin(
            DocumentRow,
            (DocumentRow.id == ChunkRow.document_id) & (DocumentRow.status == DocumentStatus.READY),
        )
        .where(CandidateRow.run_id == run_id, CandidateRow.rank.is_not(None))
        .order_by(CandidateRow.rank)
    )
    return tuple(_card(candidate, chunk, name, question, cited) for candidate, chunk, name in rows)


def _card(
    row: CandidateRow, chunk: ChunkRow | None, name: str | None, question: str, cited: list[CitationRow]
) -> EvidenceCard:
    here = [c for c in cited if c.chunk_id == row.chunk_id]
    present = chunk if name is not None else None
    return EvidenceCard(
        rank=row.rank or 0,
        chunk_id=row.chunk_id,
        document_id=row.document_id,
        document_name=name,
        page=row.page,
        page_label=present.page_label if present else None,
        text=present.text if present else None,
        context=present.context if present else "",
        scores=Scores(
            row.similarity,
            row.keyword,
            row.fused,
            row.rerank,
            row.relevance,
            row.similarity_rank,
            row.keyword_rank,
        ),
        numbers=tuple(dict.fromkeys(c.number for c in here)),
        quotes=tuple((c.start, c.end) for c in here if c.start < c.end),
        words=tuple(matches(question, present.text)) if present else (),
        spans=spans_of(present.spans) if present else (),
    )
