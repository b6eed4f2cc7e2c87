"""Runs for tests of statistics, made with the functions that the chat itself uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.documents import Chunk, DocumentStatus
from domain.events import RunState
from domain.evidence import Answer, Citation, Confidence, ConfidencePart, Evidence, Scores
from domain.users import Role, User
from services import collections, runs
from services.installation import Installation
from services.search import Found
from services.tables import ChunkRow, ConversationRow, DocumentRow, UserRow

YAML = "components:\n  embedder: {}\n"
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def person(installation: Installation, name: str, role: Role) -> User:
    with installation.database.session() as session:
        row = UserRow(name=name, password_hash="-", role=role)
        session.add(row)
        session.flush()
        return User(row.id, name, role)


def document(installation: Installation, user: User, collection: collections.Collection, passages: int = 6):
    """A ready document with its chunks; gives the chunks."""
    with installation.database.session() as session:
        row = DocumentRow(
            collection_id=collection.id,
            owner_id=user.id,
            name="handbook.md",
            sha256=f"{collection.id:0>64}",
            size=10,
            status=DocumentStatus.READY,
            chunks=passages,
        )
        session.add(row)
        session.flush()
        found = [
            Chunk(
                f"{row.id}-{n}", row.id, n, f"Passage {n} says that the gate opens at {n}.", "Handbook", n + 1
            )
            for n in range(passages)
        ]
        session.add_all(
            ChunkRow(
                id=c.id,
                document_id=c.document_id,
                index_version_id=collection.index_version_id,
                ordinal=c.ordinal,
                text=c.text,
                context=c.context,
                page=c.page,
            )
            for c in found
        )
        return found


def _evidence(chunks: list[Chunk], relevances: list[float | None]) -> list[Evidence]:
    pairs = enumerate(zip(chunks, relevances, strict=False), 1)
    return [
        Evidence(n, c.id, c.document_id, c.ordinal, c.page, c.text, c.context, Scores(0.5, 0.4, relevance=r))
        for n, (c, r) in pairs
    ]


def _answer(evidence: list[Evidence], confidence: float | None, cited: int, *, abstained: bool) -> Answer:
    parts = () if confidence is None else (ConfidencePart("retrieval", 0.7), ConfidencePart("support", None))
    citations = tuple(
        Citation(number, e.chunk_id, e.document_id, e.page, 0, 9, e.text[:9])
        for number, e in enumerate(evidence[:cited], 1)
    )
    return Answer(
        text="It opens at nine.",
        abstained=abstained,
        citations=() if abstained else citations,
        support=None if abstained else 1.0,
        confidence=Confidence(confidence, parts, calibration="test" if confidence is not None else None),
    )


def run(
    installation: Installation,
    user: User,
    collection: collections.Collection,
    chunks: list[Chunk],
    *,
    question: str = "When does the gate open?",
    at: datetime = NOON,
    confidence: float | None = 0.8,
    relevances: tuple[float | None, ...] = (0.9, 0.3),
    cited: int = 1,
    abstained: bool = False,
    search_ms: float | None = 20.0,
    state: RunState = RunState.DONE,
    error: str | None = None,
    seconds: float = 2.0,
) -> str:
    """One run as the chat would have stored it; gives its id."""
    with installation.database.session() as session:
        conversation = ConversationRow(user_id=user.id, collection_id=collection.id)
        session.add(conversation)
        session.flush()
        row = runs.create(session, user, conversation, question, "Extractive", len(relevances))
        row.created_at = at
        if state is RunState.FAILED and error:
            run_id = row.id
        else:
            evidence = _evidence(chunks, list(relevances))
            more = chunks[len(evidence) :]
            rest = _evidence(more, [0.05] * len(more))
            timings = {"embedder": 5.0, "dense": 8.0} | (
                {"total": search_ms} if search_ms is not None else {}
            )
            found = Found(question, evidence, evidence + rest, {}, 1, timings, YAML)
            runs.store_search(session, row, found)
            session.flush()
            if state is RunState.DONE:
                answer = _answer(evidence, confidence, cited, abstained=abstained)
                runs.store_answer(session, row, answer, YAML, {"extractive": 3.0})
            row.state = state
            row.finished_at = at + timedelta(seconds=seconds) if state.is_final else None
            run_id = row.id
    if state is RunState.FAILED and error:
        runs.fail(installation, run_id, error)
    return run_id


def some(installation: Installation, user: User, shared: bool = True) -> collections.Collection:
    """A collection with runs of every kind, on two days."""
    collection = collections.create(installation, user, "Handbooks", shared=shared)
    chunks = document(installation, user, collection)

    def add(**given: object) -> str:
        return run(installation, user, collection, chunks, **given)  # type: ignore[arg-type]

    for number, confidence in enumerate([0.95, 1.0, 0.8, 0.62, 0.7, None]):
        add(confidence=confidence, at=NOON + timedelta(hours=number), question=f"Question {number}?")
    add(confidence=0.0, abstained=True, relevances=(0.1, 0.2, None), at=NOON - timedelta(days=1))
    add(confidence=None, abstained=True, relevances=(), at=NOON - timedelta(days=1, hours=2), search_ms=None)
    add(state=RunState.FAILED, error="The document store does not answer.", at=NOON - timedelta(days=1))
    add(state=RunState.STOPPED, at=NOON - timedelta(hours=14), search_ms=31.0)
    add(state=RunState.RUNNING, at=NOON)
    return collection
