"""What a question finds: scope, scores, evidence, citations, and the answer made of them.

Scores are numbers in [0, 1], or ``None`` ("n/a") when they were not computed; never 0.0 for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.immutable import Immutable


@dataclass(frozen=True, slots=True)
class Scope(Immutable):
    """Which documents of an index a search may return; applied inside the store on every call.

    Exactly one of the two is used: ``include`` names the only documents to search; when it is
    ``None`` all are searched but those in ``exclude``. An empty ``include`` finds nothing.
    """

    include: frozenset[str] | None = None
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit(Immutable):
    """A chunk found by one leg of the search. ``score`` is the leg's raw one (cosine or BM25)."""

    chunk_id: str
    document_id: str
    ordinal: int
    page: int
    text: str
    context: str
    score: float


@dataclass(frozen=True, slots=True)
class Scores(Immutable):
    """The scores of one chunk for one question, as DESIGN.md names them."""

    similarity: float | None = None
    keyword: float | None = None
    fused: float | None = None
    rerank: float | None = None
    relevance: float | None = None
    similarity_rank: int | None = None
    keyword_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence(Immutable):
    """A chunk as used in a run, best first; ``rank`` counts from 1."""

    rank: int
    chunk_id: str
    document_id: str
    ordinal: int
    page: int
    text: str
    context: str
    scores: Scores


@dataclass(frozen=True, slots=True)
class Citation(Immutable):
    """A quoted span: characters ``start`` to ``end`` of the evidence's text, numbered as in the answer."""

    number: int
    chunk_id: str
    document_id: str
    page: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Claim(Immutable):
    """A sentence of the answer, the citations it carries, and whether they support it.

    ``weak``: not supported, but the cited passages hold its numbers and names and part of its words.
    """

    text: str
    citations: tuple[int, ...]
    supported: bool | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class ConfidencePart(Immutable):
    """One reason behind a confidence: a name from the interface's texts and a value in [0, 1]."""

    name: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Confidence(Immutable):
    """Calibrated probability that the answer is right and supported, with what it was made of.

    ``value`` is ``None`` when it was not computed. ``calibration`` names the parameters used.
    """

    value: float | None
    parts: tuple[ConfidencePart, ...] = ()
    features: dict[str, float] = field(default_factory=dict)
    calibration: str | None = None


@dataclass(frozen=True, slots=True)
class Answer(Immutable):
    """An answer with what it rests on. ``abstained`` means that the documents don't answer."""

    text: str
    abstained: bool
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    support: float | None = None
    confidence: Confidence = field(default_factory=lambda: Confidence(None))
