"""How far an answer can be trusted: a calibrated probability with its reasons, and when to abstain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from haystack import component, default_from_dict, default_to_dict

from domain.config import DEFAULT_EMBEDDING
from domain.evidence import Answer, Confidence, ConfidencePart, Evidence
from pipelines.calibration import parameters
from pipelines.features import Question, answers_type, coverage, numbers, terms

ABSTENTION = "The documents do not answer this question."
"""What an abstaining answer says; the interface may say it in the person's language."""

CONFIDENCE_FEATURES = (
    "relevance",
    "relevance_margin",
    "cited_relevance",
    "sentence",
    "sentence_margin",
    "quote_coverage",
    "passage_coverage",
    "evidence_coverage",
    "names",
    "numbers",
    "type",
    "similarity",
    "keyword",
    "agreement",
)
"""Names of the columns that the confidence model reads."""


def confidence_features(
    question: str, answer: Answer, evidence: Sequence[Evidence]
) -> dict[str, float] | None:
    """Describe an answer by what it rests on.

    Args:
        question: as it was answered.
        answer: with claims, citations, support, and the ``sentence`` features of whoever wrote it.
        evidence: with relevance, best first.

    Returns:
        One finite value for each of ``CONFIDENCE_FEATURES``; ``None`` when the answer cites nothing, or
        one of the scores that it needs was not computed.

    """
    by_chunk = {item.chunk_id: item for item in evidence}
    cited = [by_chunk[item.chunk_id] for item in answer.citations if item.chunk_id in by_chunk]
    known = answer.confidence.features
    relevances = [item.scores.relevance for item in evidence if item.scores.relevance is not None]
    if not cited or len(relevances) < len(evidence) or answer.support is None or "sentence" not in known:
        return None
    asked = Question.of(question)
    quotes = " ".join(citation.quote for citation in answer.citations)
    passage = " ".join(f"{item.context}\n{item.text}" for item in cited)
    everything = {term for item in evidence for term in terms(f"{item.context}\n{item.text}")}
    words = set(terms(passage))
    ranked = sorted(relevances, reverse=True)
    return {
        "relevance": ranked[0],
        "relevance_margin": ranked[0] - (ranked[1] if len(ranked) > 1 else 0.0),
        "cited_relevance": max(item.scores.relevance or 0.0 for item in cited),
        "sentence": known["sentence"],
        "sentence_margin": known.get("sentence_margin", 0.0),
        "quote_coverage": coverage(asked.weights, terms(quotes)),
        "passage_coverage": coverage(asked.weights, words),
        "evidence_coverage": coverage(asked.weights, everything),
        "names": len(asked.names & words) / len(asked.names) if asked.names else 1.0,
        "numbers": len(asked.numbers & numbers(passage)) / len(asked.numbers) if asked.numbers else 1.0,
        "type": answers_type(asked, quotes),
        "similarity": max(item.scores.similarity or 0.0 for item in evidence),
        "keyword": cited[0].scores.keyword or 0.0,
        "agreement": float(any(_leads_both(item) for item in cited)),
    }


def _leads_both(item: Evidence) -> bool:
    return item.scores.similarity_rank == 1 and item.scores.keyword_rank == 1


@component
class ConfidenceScorer:
    """Gives an answer its calibrated confidence, and makes it abstain below a threshold.

    The model behind it is shipped for one embedding; for any other, confidence stays ``None``.

    Example::

        ConfidenceScorer().run(question="Who signed it?", answer=answer, evidence=[...])["answer"].confidence
    """

    def __init__(self, embedding: str = DEFAULT_EMBEDDING, threshold: float | None = None) -> None:
        """Score answers found with ``embedding``; abstain below ``threshold`` (``None``: as fitted)."""
        self.embedding = embedding
        self.threshold = threshold

    def to_dict(self) -> dict[str, Any]:
        """The configuration."""
        return default_to_dict(self, embedding=self.embedding, threshold=self.threshold)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ConfidenceScorer:
        """Rebuild from ``to_dict``."""
        scorer: ConfidenceScorer = default_from_dict(cls, data)
        return scorer

    def warm_up(self) -> None:
        """Read the shipped parameters."""
        parameters(self.embedding)

    @component.output_types(answer=Answer)
    def run(self, question: str, answer: Answer, evidence: list[Evidence]) -> dict[str, Answer]:
        """Judge ``answer``.

        Returns:
            ``answer``: with ``confidence``. Its parts are ``retrieval`` (relevance of the best cited
            passage), ``coverage`` (share of the question's content in the cited passages) and ``support``,
            by which the fitted probability that the answer is right is multiplied: quotes have 1.0.
            Below the threshold, or with nothing to cite, it is abstained: its text is ``ABSTENTION``, and
            it claims and cites nothing.

        """
        if not answer.citations and (answer.abstained or not evidence):
            return {"answer": _abstain(answer, replace(answer.confidence, value=None))}
        features = confidence_features(question, answer, evidence)
        fitted = parameters(self.embedding)
        if fitted is None or features is None:
            return {"answer": replace(answer, confidence=replace(answer.confidence, value=None))}
        row = [[features[name] for name in fitted.confidence.features]]
        support = answer.support or 0.0
        value = float(fitted.confidence.probability(row)[0]) * support
        parts = (
            ConfidencePart("retrieval", features["cited_relevance"]),
            ConfidencePart("coverage", features["passage_coverage"]),
            ConfidencePart("support", support),
        )
        confidence = Confidence(value, parts, features, fitted.version)
        if value < (fitted.threshold if self.threshold is None else self.threshold):
            return {"answer": _abstain(answer, confidence)}
        return {"answer": replace(answer, confidence=confidence)}


def _abstain(answer: Answer, confidence: Confidence) -> Answer:
    return replace(
        answer, text=ABSTENTION, abstained=True, claims=(), citations=(), support=None, confidence=confidence
    )
