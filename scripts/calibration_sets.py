"""The labelled questions that calibration learns from, searched exactly as the app searches."""

from __future__ import annotations

import csv
import hashlib
import json
import pickle
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from haystack import Pipeline

from domain.config import IndexConfig, Runtime
from domain.evidence import Hit, Scope
from pipelines import build, runner
from pipelines.corpus import CorpusText
from pipelines.embedding import TextEmbedder
from pipelines.metrics import contains_answer
from pipelines.store.retrievers import DenseRetriever, KeywordRetriever

CANDIDATES = 50
OPEN, ARTICLE, WITHOUT, FEW = (
    "whole collection",
    "own article only",
    "all but its own article",
    "a few passages",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what is known about it. ``gold`` are the documents that help to answer it.

    ``answers`` are strings to be found in an answer; empty when the set has labels instead, or when the
    searched documents don't answer. ``group`` keeps together what must not be split between folds.
    """

    set: str
    id: str
    group: str
    question: str
    answers: tuple[str, ...]
    gold: frozenset[str]
    scope: str = OPEN


@dataclass(frozen=True, slots=True)
class Found:
    """What both legs of the search returned for an example."""

    example: Example
    dense: list[Hit]
    keyword: list[Hit]

    def helpful(self) -> frozenset[str]:
        """The chunks that help to answer: of the gold documents, those holding an answer if one does."""
        chunks = {
            hit.chunk_id: hit for hit in [*self.dense, *self.keyword] if hit.document_id in self.example.gold
        }
        holding = {
            key
            for key, hit in chunks.items()
            if self.example.answers and contains_answer(hit.text, self.example.answers)
        }
        return frozenset(holding or chunks)


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus with its examples; ``articles`` names each document's article, for narrower scopes."""

    name: str
    texts: list[CorpusText]
    examples: list[Example]
    articles: dict[str, str]
    language: str = "en"


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def draw(text: str) -> float:
    """A number in [0, 1) that depends on ``text`` alone: the same sample on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64


def squad(folder: Path, distractors: Path | None = None) -> Source:
    """SQuAD paragraphs and questions, the same question asked twice of a paragraph taken once.

    A third of the questions is asked a second time within a narrower scope: of the own article alone, or
    of everything but it, which nothing then answers. ``distractors`` is a corpus whose other paragraphs
    are searched as well.
    """
    paragraphs = _lines(folder / "paragraphs.jsonl")
    texts = [CorpusText(row["id"], row["title"], row["text"]) for row in paragraphs]
    known = {text.text for text in texts}
    if distractors is not None:
        texts += [
            CorpusText(f"other:{row['id']}", row["title"], row["text"])
            for row in _lines(distractors / "corpus.jsonl")
            if row["text"] not in known
        ]
    articles = {text.id: text.title for text in texts}
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for row in _lines(folder / "questions.jsonl"):
        kept = merged.setdefault((row["paragraph"], row["question"].strip().casefold()), row)
        kept["answers"] = list(dict.fromkeys([*kept["answers"], *row["answers"]]))
    examples = [example for row in merged.values() for example in _scoped(row, articles)]
    return Source("squad", texts, examples, articles)


def _scoped(row: dict[str, Any], articles: dict[str, str]) -> Iterator[Example]:
    article = articles[row["paragraph"]]
    answers = tuple(row["answers"])
    gold = frozenset([row["paragraph"]] if answers else [])
    yield Example("squad", row["id"], article, row["question"], answers, gold)
    chance = draw(row["question"])
    if chance < 0.2:
        yield Example("squad", row["id"], article, row["question"], answers, gold, ARTICLE)
    elif chance < 0.35:
        yield Example("squad", row["id"], article, row["question"], (), frozenset(), WITHOUT)


def folder(path: Path, *, answers: bool = True, language: str = "en", most: int = 2000) -> Source:
    """A folder with ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv``.

    ``answers`` says whether the set's answers are text to be found rather than labels. Of a corpus larger
    than ``most``, the documents that help to answer and a sample of the others are searched.
    """
    gold: dict[str, set[str]] = defaultdict(set)
    with (path / "qrels.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if float(row["score"]) > 0:
                gold[row["query_id"]].add(row["doc_id"])
    needed = set().union(*gold.values())
    corpus = sorted(_lines(path / "corpus.jsonl"), key=lambda row: (row["id"] not in needed, draw(row["id"])))
    texts = [CorpusText(row["id"], row.get("title") or "", row["text"]) for row in corpus[:most]]
    examples = [
        Example(
            path.name,
            row["id"],
            f"{path.name}:{row.get('article', row['id'])}",
            row["text"],
            tuple(row["answers"]) if answers and row.get("answerable", True) else (),
            frozenset(gold[row["id"]]),
        )
        for row in _lines(path / "queries.jsonl")
    ]
    return Source(path.name, texts, examples, {}, language)


def searched(source: Source, runtime: Runtime, cache: Path) -> list[Found]:
    """Index a source and search its questions; the result is remembered in ``cache`` by content."""
    content = repr((source.texts, source.examples, source.language)).encode()
    path = cache / f"{source.name}-{hashlib.sha256(content).hexdigest()[:16]}.pickle"
    if path.exists():
        with path.open("rb") as file:
            kept: list[Found] = pickle.load(file)  # noqa: S301 - written by this script, in the person's own folder
            return kept
    index = IndexConfig(name="calibration_" + source.name.replace("-", "_"), language=source.language)
    build.drop_index(index, runtime)
    build.index_corpus(index, runtime, source.texts)
    pipeline = runner.load(_search_yaml(index), runtime)
    results = []
    known: dict[str, str] = {}
    for example in source.examples:
        inputs = {
            "text": example.question,
            "question": example.question,
            "scope": _scope(example, source.articles),
            "limit": CANDIDATES,
        }
        outputs = runner.run(pipeline, inputs).outputs
        dense, keyword = (_shared(outputs[leg]["hits"], known) for leg in ("dense", "keyword"))
        results.append(Found(example, dense, keyword))
    build.drop_index(index, runtime)
    with path.open("wb") as file:
        pickle.dump(results, file)
    return results


def _shared(hits: list[Hit], known: dict[str, str]) -> list[Hit]:
    """The same hits; equal texts become one object, which keeps memory and the stored file small."""
    return [replace(hit, text=known.setdefault(hit.text, hit.text)) for hit in hits]


def _search_yaml(index: IndexConfig) -> str:
    pipeline = Pipeline()
    pipeline.add_component("embedder", TextEmbedder(index.embedding, cached=True))
    pipeline.add_component("dense", DenseRetriever(index))
    pipeline.add_component("keyword", KeywordRetriever(index))
    pipeline.connect("embedder.vector", "dense.vector")
    return pipeline.dumps()


def _scope(example: Example, articles: dict[str, str]) -> Scope:
    own = frozenset(key for key, article in articles.items() if article == example.group)
    if example.scope == ARTICLE:
        return Scope(include=own)
    if example.scope == WITHOUT:
        return Scope(exclude=own)
    return Scope()


def questions_of(path: Path) -> frozenset[str]:
    """The questions of a folder, empty when there is no such folder."""
    queries = path / "queries.jsonl"
    return frozenset(row["text"] for row in _lines(queries)) if queries.exists() else frozenset()


def narrowed(found: Found, share: float = 0.08) -> Found:
    """The same search within a few documents, the gold ones among them: what a small collection shows.

    Cosines don't depend on what else is there; BM25 does, but only its ratio to the best is used.
    """
    gold, question = found.example.gold, found.example.question

    def kept(hits: list[Hit]) -> list[Hit]:
        return [
            hit for hit in hits if hit.document_id in gold or draw(f"{question} {hit.document_id}") < share
        ]

    return Found(replace(found.example, scope=FEW), kept(found.dense), kept(found.keyword))


def texts_of(sources: Sequence[Source]) -> list[str]:
    """The distinct texts of several corpora, titles included."""
    return list(dict.fromkeys(f"{text.title}\n{text.text}" for source in sources for text in source.texts))
