"""How far an answer can be trusted: a calibrated probability with its reasons, and when to abstain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from haystack import component, default_from_dict, default_to_dict

from domain.config import DEFAULT_EMBEDDING
from domain.evidence import Answer, Confidence, ConfidencePart, Evidence
from pipelines.calibration import parameters
from pipelines.features import Question, answers_type, coverage, terms

ABSTENTION = "The documents do not answer this question."
"""What an abstaining answer says; the interface may say it in the person's language."""

CONFIDENCE_FEATURES = (
    "sentence",
    "sentence_margin",
    "quote_similarity",
    "quote_coverage",
    "type",
    "similarity",
    "keyword",
    "agreement",
    "negated",
)
"""Names of the columns that the confidence model reads."""

ANSWERER_FEATURES = frozenset({"sentence", "sentence_margin", "quote_similarity"})
"""Those of them that whoever wrote the answer leaves in ``Confidence.features``."""

_NEGATION = re.compile(r"\b(?:not|never|cannot)\b|n['’]t\b", re.IGNORECASE)


def confidence_features(
    question: str, answer: Answer, evidence: Sequence[Evidence]
) -> dict[str, float] | None:
    """Describe an answer by what it rests on.

    Args:
        question: as it was answered.
        answer: with claims, citations, support, and the ``ANSWERER_FEATURES``.
        evidence: with relevance, best first.

    Returns:
        One finite value for each of ``CONFIDENCE_FEATURES`` and of the shown parts; ``None`` when the answer
        cites nothing, or one of the scores that it needs was not computed.

    """
    cited = _cited(answer, evidence)
    relevance = _best_relevance(cited)
    known = answer.confidence.features
    if relevance is None or answer.support is None or not known.keys() >= ANSWERER_FEATURES:
        return None
    asked = Question.of(question)
    quotes = " ".join(citation.quote for citation in answer.citations)
    return {
        **{name: known[name] for name in ANSWERER_FEATURES},
        "cited_relevance": relevance,
        "quote_coverage": coverage(asked.weights, terms(quotes)),
        "passage_coverage": _passage_coverage(asked, cited),
        "type": answers_type(asked, quotes),
        "similarity": max(item.scores.similarity or 0.0 for item in evidence),
        "keyword": cited[0].scores.keyword or 0.0,
        "agreement": float(any(_leads_both(item) for item in cited)),
        "negated": float(bool(_NEGATION.search(asked.text))),
    }


def confidence_parts(
    question: str, answer: Answer, evidence: Sequence[Evidence]
) -> tuple[ConfidencePart, ...]:
    """The reasons that are shown, each in [0, 1] or ``None`` where it was not computed.

    ``retrieval`` is the relevance of the best cited passage, ``coverage`` the share of the question's content
    in the cited passages, ``support`` that of the answer's claims that they support, and ``certainty``, where
    a language model gave it, its mean probability for the tokens that it wrote.
    """
    cited = _cited(answer, evidence)
    parts = [
        ConfidencePart("retrieval", _best_relevance(cited)),
        ConfidencePart("coverage", _passage_coverage(Question.of(question), cited) if cited else None),
        ConfidencePart("support", answer.support),
    ]
    if "certainty" in answer.confidence.features:
        parts.append(ConfidencePart("certainty", answer.confidence.features["certainty"]))
    return tuple(parts)


def _cited(answer: Answer, evidence: Sequence[Evidence]) -> list[Evidence]:
    by_chunk = {item.chunk_id: item for item in evidence}
    return [by_chunk[item.chunk_id] for item in answer.citations if item.chunk_id in by_chunk]


def _best_relevance(cited: Sequence[Evidence]) -> float | None:
    return max((item.scores.relevance for item in cited if item.scores.relevance is not None), default=None)


def _passage_coverage(asked: Question, cited: Sequence[Evidence]) -> float:
    return coverage(asked.weights, terms("\n".join(f"{item.context}\n{item.text}" for item in cited)))


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
    def run(
        self, question: str, answer: Answer, evidence: Sequence[Evidence], threshold: float | None = None
    ) -> dict[str, Answer]:
        """Judge ``answer``.

        Args:
            question: as it was answered.
            answer: with claims, citations and support.
            evidence: what it was made from, best first.
            threshold: replaces the configured one for this run.

        Returns:
            ``answer``: with ``confidence`` and its parts (see ``confidence_parts``). The fitted probability
            that the answer is right is multiplied by support: quotes have 1.0. An answer by a language model
            has parts but no value: what is shipped was not fitted on such answers.
            Below the threshold, or with nothing to cite, it is abstained: its text is ``ABSTENTION``, and
            it claims and cites nothing.

        """
        if not answer.citations and (answer.abstained or not evidence):
            return {"answer": _abstain(answer, replace(answer.confidence, value=None))}
        features = confidence_features(question, answer, evidence)
        parts = confidence_parts(question, answer, evidence)
        fitted = parameters(self.embedding)
        if fitted is None or features is None:
            return {"answer": replace(answer, confidence=replace(answer.confidence, value=None, parts=parts))}
        row = [[features[name] for name in fitted.confidence.features]]
        value = float(fitted.confidence.probability(row)[0]) * (answer.support or 0.0)
        confidence = Confidence(value, parts, features, fitted.version)
        limit = self.threshold if threshold is None else threshold
        if value < (fitted.threshold if limit is None else limit):
            return {"answer": _abstain(answer, confidence)}
        return {"answer": replace(answer, confidence=confidence)}


def _abstain(answer: Answer, confidence: Confidence) -> Answer:
    return replace(
        answer, text=ABSTENTION, abstained=True, claims=(), citations=(), support=None, confidence=confidence
    )
