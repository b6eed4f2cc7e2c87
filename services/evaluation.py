"""Measuring retrieval on folders of questions, in temporary collections, through the chat's own search."""

from __future__ import annotations

import csv
import hashlib
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from domain.config import DEFAULT_EMBEDDING, SearchConfig
from domain.documents import DocumentStatus
from domain.errors import InvalidInput, UnreadableDocument
from domain.evidence import Evidence
from domain.users import User
from pipelines import build, metrics
from pipelines.corpus import CorpusText
from services import collections, documents, ingestion
from services.collections import Collection
from services.ingest_command import wait
from services.installation import Installation
from services.processes import Processes
from services.search import Found, search
from services.tables import ChunkRow, DocumentRow, new_id, now

CANDIDATES = 50
SPEED_SAMPLE = 64
CUTOFFS = (1, 3, 5)
Ranking = list[str]


def retrieval(
    installation: Installation,
    user: User,
    folder: Path,
    *,
    limit: int | None = None,
    embedding: str | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """Measure search on ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv`` of a folder.

    Documents are ranked by their best passage, for the dense and the keyword leg, their fusion ("hybrid")
    and the order that the chat uses ("final"). Questions without a relevant document are skipped. Raises
    ``InvalidInput`` for a folder that is no such set.
    """
    corpus = _records(folder / "corpus.jsonl", ("id", "text"))
    qrels = _qrels(folder / "qrels.tsv")
    queries = [q for q in _records(folder / "queries.jsonl", ("id", "text")) if qrels.get(q["id"])][:limit]
    if not corpus or not queries:
        msg = f"{folder} has no questions with relevant documents. Check corpus, queries and qrels."
        raise InvalidInput(msg)
    per_leg: dict[str, list[dict[str, float]]] = {}
    latencies: list[float] = []
    with _temporary(installation, user, embedding or DEFAULT_EMBEDDING, language) as collection:
        names = _index_corpus(installation, user, collection, corpus)
        speed = _embedding_speed(installation, collection, corpus)
        for query in queries:
            found = _search(installation, user, collection.id, query["text"])
            latencies.append(found.timings_ms["total"])
            for leg, ranking in _rankings(found.candidates, names).items():
                per_leg.setdefault(leg, []).append(_measure(ranking, qrels[query["id"]]))
    return {
        "set": folder.name,
        "docs": len(corpus),
        "queries": len(queries),
        "metrics": {leg: _averages(values) for leg, values in per_leg.items()},
        "embed_per_s": speed,
        "p50_ms": round(statistics.median(latencies), 1),
        "p95_ms": round(sorted(latencies)[max(0, int(len(latencies) * 0.95) - 1)], 1),
    }


def pages(
    installation: Installation, user: User, folder: Path, *, limit: int | None = None
) -> dict[str, Any]:
    """Measure page retrieval on ``docs/*.pdf`` and ``questions.jsonl`` of a folder.

    Each answerable question with known pages is searched within its own documents. A hit at k: one of the
    first k passages begins on one of those pages. Documents that cannot be read count as missed. Raises
    ``InvalidInput`` for a folder that is no such set.
    """
    questions = _records(folder / "questions.jsonl", ("id", "question", "docs", "pages"))
    asked = [q for q in questions if q.get("answerable", True) and q["pages"]][:limit]
    files = sorted((folder / "docs").glob("*.pdf"))
    if not asked or not files:
        msg = f"{folder} has no answerable questions with pages, or no docs/*.pdf."
        raise InvalidInput(msg)
    hits: dict[int, list[float]] = {k: [] for k in CUTOFFS}
    with _temporary(installation, user, DEFAULT_EMBEDDING, "en", cached=True) as collection:
        started = time.monotonic()
        ids, read = _ingest(installation, user, collection, files)
        seconds = time.monotonic() - started
        for question in asked:
            scope = [ids[name] for name in question["docs"] if name in ids]
            gold = {f"{ids.get(p['doc'])}#{p['page']}" for p in question["pages"]}
            found = _search(installation, user, collection.id, question["question"], scope)
            ranking = [f"{e.document_id}#{e.page}" for e in found.evidence]
            for k, values in hits.items():
                values.append(metrics.hit_at(ranking, gold, k))
    return {
        "questions": len(asked),
        "pages": read,
        "pages_per_s": round(read / seconds, 2),
        **{f"page_hit@{k}": round(statistics.fmean(values), 4) for k, values in hits.items()},
    }


@contextmanager
def _temporary(
    installation: Installation, user: User, embedding: str, language: str, *, cached: bool = False
) -> Iterator[Collection]:
    collection = collections.create(
        installation,
        user,
        f"evaluation {new_id()}",
        embedding=embedding,
        language=language,
        temporary=True,
        cached=cached,
    )
    try:
        yield collection
    finally:
        collections.discard(installation, user, collection.id)


def _search(
    installation: Installation, user: User, collection_id: str, question: str, scope: list[str] | None = None
) -> Found:
    config = SearchConfig(passages=CANDIDATES, candidates=CANDIDATES)
    return search(installation, user, collection_id, question, document_ids=scope, config=config)


def _records(path: Path, required: tuple[str, ...]) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines if line.strip()]
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise InvalidInput(msg) from error
    except ValueError as error:
        msg = f"{path} is not a file of JSON lines: {error}."
        raise InvalidInput(msg) from error
    for number, record in enumerate(records, 1):
        absent = [key for key in required if key not in record]
        if absent:
            msg = f"{path}, line {number}: “{absent[0]}” is missing."
            raise InvalidInput(msg)
    return records


def _qrels(path: Path) -> dict[str, dict[str, float]]:
    """Graded relevance by question and document; a header line is passed over."""
    judged: dict[str, dict[str, float]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t"):
                if len(row) == 3 and row[2].replace(".", "", 1).isdigit() and float(row[2]) > 0:
                    judged.setdefault(row[0], {})[row[1]] = float(row[2])
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise InvalidInput(msg) from error
    return judged


def _index_corpus(
    installation: Installation, user: User, collection: Collection, corpus: list[dict[str, Any]]
) -> dict[str, str]:
    """Index a corpus; gives the corpus id of each new document."""
    names = {new_id(): record["id"] for record in corpus}
    texts = [
        CorpusText(document_id, record.get("title") or "", record["text"])
        for document_id, record in zip(names, corpus, strict=True)
    ]
    model = collections.embedding_model(installation, collection.index.embedding)
    chunks = build.index_corpus(collection.index, installation.runtime, texts, model)
    rows = [
        {
            "id": document_id,
            "collection_id": collection.id,
            "owner_id": user.id,
            "name": str(name)[:255],
            "sha256": hashlib.sha256(document_id.encode()).hexdigest(),
            "size": 0,
            "status": DocumentStatus.READY,
            "ready_at": now(),
        }
        for document_id, name in names.items()
    ]
    with installation.database.session() as session:
        session.execute(insert(DocumentRow), rows)
        session.execute(
            insert(ChunkRow), [ingestion.chunk_values(c, collection.index_version_id) for c in chunks]
        )
    return names


def _embedding_speed(
    installation: Installation, collection: Collection, corpus: list[dict[str, Any]]
) -> float:
    sample = [CorpusText(r["id"], r.get("title") or "", r["text"]) for r in corpus[:SPEED_SAMPLE]]
    model = collections.embedding_model(installation, collection.index.embedding)
    return round(build.embedding_speed(collection.index, installation.runtime, sample, model), 1)


def _rankings(candidates: list[Evidence], names: dict[str, str]) -> dict[str, Ranking]:
    def ranking(key: Callable[[Evidence], float | None]) -> Ranking:
        scored = [(key(c), c) for c in candidates]
        ordered = sorted((pair for pair in scored if pair[0] is not None), key=lambda pair: pair[0] or 0)
        return list(dict.fromkeys(names[c.document_id] for _, c in ordered))

    return {
        "dense": ranking(lambda c: c.scores.similarity_rank),
        "keyword": ranking(lambda c: c.scores.keyword_rank),
        "hybrid": ranking(lambda c: None if c.scores.fused is None else -c.scores.fused),
        "final": ranking(lambda c: c.rank),
    }


def _measure(ranking: Ranking, gains: dict[str, float]) -> dict[str, float]:
    return {
        "ndcg@10": metrics.ndcg_at(ranking, gains, 10),
        "hit@1": metrics.hit_at(ranking, gains, 1),
        "hit@5": metrics.hit_at(ranking, gains, 5),
        "recall@10": metrics.recall_at(ranking, gains, 10),
        "mrr@10": metrics.mrr_at(ranking, gains, 10),
    }


def _averages(values: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.fmean(v[name] for v in values), 4) for name in values[0]}


def _ingest(
    installation: Installation, user: User, collection: Collection, files: list[Path]
) -> tuple[dict[str, str], int]:
    """Read PDFs through the queue; gives the ids of the readable ones by name, and their pages."""
    supervisor = Processes(installation)
    try:
        ids: dict[str, str] = {}
        for path in files:
            with path.open("rb") as stream:
                ids[path.name] = documents.upload(
                    installation, user, collection.id, path.name, stream
                ).document.id
        settled = wait(installation, user, collection.id, set(ids.values()))
    finally:
        supervisor.close()
    ready = {d.id for d in settled.values() if d.status is DocumentStatus.READY}
    if not ready:
        msg = "None of the PDFs could be read."
        raise UnreadableDocument(msg)
    return {n: i for n, i in ids.items() if i in ready}, sum(settled[i].pages or 0 for i in ready)
