"""Answering without an LLM: the sentences of the evidence that answer best, quoted and cited."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from haystack import component, default_from_dict, default_to_dict

from domain.config import DEFAULT_EMBEDDING, Runtime
from domain.errors import ModelUnavailable
from domain.evidence import Answer, Citation, Claim, Confidence, Evidence
from pipelines.calibration import Logistic, parameters
from pipelines.embedding import Embedding
from pipelines.features import (
    Matrix,
    Question,
    answers_type,
    coverage,
    names,
    numbers,
    pair_coverage,
    positions,
    terms,
)
from pipelines.sentences import sentences

MAX_CANDIDATES = 16
"""Sentences that are embedded for one question; the ones with the least in common with it are left out."""

MAX_SENTENCE_WORDS = 80
TITLE_WORDS = 12
"""A longer "sentence" is a table or a list that the splitter did not see through: it is cut at spaces."""

SENTENCE_FEATURES = (
    "similarity",
    "similarity_gap",
    "coverage",
    "coverage_gap",
    "neighbours",
    "pairs",
    "names",
    "numbers",
    "type",
    "news",
    "length",
    "first",
    "relevance",
    "relevance_gap",
    "passage_coverage",
)
"""Names of the columns of ``sentence_features``."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters ``start`` to ``end`` of the text of ``evidence[passage]``."""

    passage: int
    start: int
    end: int
    text: str
    before: str
    after: str


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    words = text[start:end].split()
    if len(words) <= MAX_SENTENCE_WORDS:
        return [(start, end)]
    pieces, position, first = [], start, start
    for count, word in enumerate(words, 1):
        position = text.index(word, position) + len(word)
        if count % MAX_SENTENCE_WORDS == 0 or count == len(words):
            pieces.append((first, position))
            first = position + len(text[position:end]) - len(text[position:end].lstrip())
    return pieces


def candidate_sentences(evidence: Sequence[Evidence]) -> list[Sentence]:
    """The sentences of the passages, in order; a sentence that stands in several passages comes once."""
    found, seen = [], set()
    for index, passage in enumerate(evidence):
        spans = [
            piece for start, end in sentences(passage.text) for piece in _pieces(passage.text, start, end)
        ]
        texts = [passage.text[start:end] for start, end in spans]
        for place, (start, end) in enumerate(spans):
            key = " ".join(texts[place].split())
            if key in seen or len(key) < 2:
                continue
            seen.add(key)
            before = texts[place - 1] if place else passage.context
            after = texts[place + 1] if place + 1 < len(texts) else ""
            found.append(Sentence(index, start, end, texts[place], before, after))
    return found


def _is_title(sentence: Sentence) -> bool:
    """Whether it is a short line without an end, before other text; the rows of a table are none."""
    words = sentence.text.split()
    figures = sum(any(character.isdigit() for character in word) for word in words)
    ends = sentence.text.rstrip("”’\"') ").endswith((".", "!", "?", "…", "。", "！", "？", ";"))
    return bool(sentence.after) and not ends and len(words) <= TITLE_WORDS and figures * 4 < len(words)


def shortlist(question: Question, found: list[Sentence], limit: int = MAX_CANDIDATES) -> list[Sentence]:
    """The ``limit`` sentences that share most with the question, those of better passages first on a tie."""
    if len(found) <= limit:
        return found
    shares = [coverage(question.weights, terms(sentence.text)) for sentence in found]
    order = sorted(range(len(found)), key=lambda index: (-shares[index], found[index].passage, index))
    return [found[index] for index in sorted(order[:limit])]


def _relevance(passage: Evidence) -> float:
    relevance = passage.scores.relevance
    return 1.0 / (1.0 + passage.rank) if relevance is None else relevance


def sentence_features(
    question: Question,
    found: Sequence[Sentence],
    evidence: Sequence[Evidence],
    cosines: npt.NDArray[np.floating[Any]],
) -> Matrix:
    """Describe each sentence.

    Args:
        question: taken apart.
        found: sentences of ``evidence``.
        evidence: the passages, best first.
        cosines: similarity of question and sentence, shape (len(found),).

    Returns:
        Shape (len(found), len(SENTENCE_FEATURES)); every value is finite.

    """
    relevances = [_relevance(passage) for passage in evidence]
    passages = [coverage(question.weights, terms(f"{item.context}\n{item.text}")) for item in evidence]
    sequences = [terms(sentence.text) for sentence in found]
    covered = [coverage(question.weights, sequence) for sequence in sequences]
    rows = []
    for sentence, sequence, share, cosine in zip(found, sequences, covered, cosines, strict=True):
        words = set(sequence)
        around = words.union(terms(sentence.before), terms(sentence.after))
        rows.append(
            (
                float(cosine),
                float(cosines.max() - cosine),
                share,
                max(covered) - share,
                coverage(question.weights, around),
                pair_coverage(question, positions(question, sequence)),
                len(question.names & words) / len(question.names) if question.names else 1.0,
                len(question.numbers & numbers(sentence.text)) / len(question.numbers)
                if question.numbers
                else 1.0,
                answers_type(question, sentence.text),
                min(len(names(sentence.text) - question.names), 5) / 5,
                math.log(1 + len(sequence)) / 4,
                float(sentence.start == 0),
                relevances[sentence.passage],
                max(relevances) - relevances[sentence.passage],
                passages[sentence.passage],
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(found), len(SENTENCE_FEATURES))


def choose(
    probabilities: npt.NDArray[np.floating[Any]],
    lengths: Sequence[int],
    limit: int = 2,
    words: int = 45,
    share: float = 0.3,
    titles: Sequence[bool] | None = None,
) -> list[int]:
    """Which sentences make the answer: the best one, and others while they are short and nearly as good.

    Args:
        probabilities: that each sentence answers, shape (n,).
        lengths: words of each sentence.
        limit: the most sentences.
        words: the most words of all sentences after the first is in.
        share: the least probability of a further sentence, as a share of the best one's.
        titles: which of them are titles, which repeat the question's words and add nothing further.

    Returns:
        Positions, best first.

    """
    order = np.argsort(-probabilities, kind="stable")
    chosen = [int(order[0])] if len(order) else []
    for index in order[1:]:
        if titles is not None and titles[index]:
            continue
        total = sum(lengths[position] for position in chosen) + lengths[index]
        if len(chosen) >= limit or probabilities[index] < share * probabilities[order[0]]:
            break
        if total <= words:
            chosen.append(int(index))
    return chosen


@component
class ExtractiveAnswerer:
    """Answers with one or two sentences of the evidence, word for word, each with its citation.

    Sentences are compared with the question by the built-in embedding, whatever the collection's is.

    Example::

        answerer = ExtractiveAnswerer()
        answerer.bind(runtime)
        answerer.warm_up()
        answerer.run(question="Who signed it?", evidence=[...])["answer"]
    """

    def __init__(self, sentences: int = 2, words: int = 45, cached: bool = False) -> None:
        """Answer with at most ``sentences`` sentences; all but the first must fit into ``words`` words."""
        self.sentences = sentences
        self.words = words
        self.cached = cached
        self._embedding = Embedding(DEFAULT_EMBEDDING, cached)

    def bind(self, runtime: Runtime) -> None:
        """Say where this process keeps weights and caches. Called before ``warm_up``."""
        self._embedding.bind(runtime)

    def warm_up(self) -> None:
        """Load the embedding. Raises ``ModelUnavailable`` when its weights are missing or damaged."""
        self._embedding.warm_up()

    def to_dict(self) -> dict[str, Any]:
        """The configuration, without anything of this machine."""
        return default_to_dict(self, sentences=self.sentences, words=self.words, cached=self.cached)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ExtractiveAnswerer:
        """Rebuild from ``to_dict``."""
        answerer: ExtractiveAnswerer = default_from_dict(cls, data)
        return answerer

    @component.output_types(answer=Answer)
    def run(self, question: str, evidence: Sequence[Evidence]) -> dict[str, Answer]:
        """Answer ``question`` from ``evidence``.

        Returns:
            ``answer``: text with citation numbers, one claim per sentence, neither support nor confidence
            yet; ``confidence.features`` holds what ``compose`` leaves there. Empty and abstained
            when there is no evidence or nothing in it that could be quoted.

        """
        asked = Question.of(question)
        found = shortlist(asked, candidate_sentences(evidence))
        if not found:
            return {"answer": Answer(text="", abstained=True)}
        vectors = self._embedding.embed([asked.text, *(sentence.text for sentence in found)])
        rows = sentence_features(asked, found, evidence, vectors[1:] @ vectors[0])
        probabilities = _model().probability(rows)
        lengths = [len(sentence.text.split()) for sentence in found]
        titles = [_is_title(sentence) for sentence in found]
        chosen = choose(probabilities, lengths, self.sentences, self.words, titles=titles)
        return {"answer": compose(found, chosen, evidence, probabilities, rows)}


def _model() -> Logistic:
    fitted = parameters(DEFAULT_EMBEDDING)
    if fitted is None:
        msg = "The parameters of the built-in answerer are missing. Install the app again."
        raise ModelUnavailable(msg)
    return fitted.sentence


def compose(
    found: Sequence[Sentence],
    chosen: Sequence[int],
    evidence: Sequence[Evidence],
    probabilities: npt.NDArray[np.floating[Any]],
    rows: Matrix,
) -> Answer:
    """Write an answer of the ``chosen`` ones of the sentences ``found``, each quoted and cited by number.

    ``probabilities``, shape (len(found),), and ``rows``, as of ``sentence_features``, are kept in part as
    features of the answer's confidence: ``sentence`` and ``quote_similarity`` of the best sentence, and
    ``sentence_margin`` to the next.
    """
    citations, claims = [], []
    for number, sentence in enumerate([found[index] for index in chosen], 1):
        passage = evidence[sentence.passage]
        citations.append(
            Citation(
                number,
                passage.chunk_id,
                passage.document_id,
                passage.page,
                sentence.start,
                sentence.end,
                sentence.text,
            )
        )
        claims.append(Claim(" ".join(sentence.text.split()), (number,)))
    text = " ".join(f"{claim.text} [{claim.citations[0]}]" for claim in claims)
    ranked = np.sort(probabilities)[::-1]
    second = float(ranked[1]) if len(ranked) > 1 else 0.0
    features = {
        "sentence": float(ranked[0]),
        "sentence_margin": float(ranked[0]) - second,
        "quote_similarity": float(rows[chosen[0], SENTENCE_FEATURES.index("similarity")]),
    }
    return Answer(text, False, tuple(claims), tuple(citations), confidence=Confidence(None, (), features))
