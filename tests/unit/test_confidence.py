"""Confidence: a probability with its reasons, and the abstention below a threshold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.evidence import Answer, Citation, Claim, Confidence, Evidence, Scores
from pipelines.calibration import parameters
from pipelines.confidence import ABSTENTION, CONFIDENCE_FEATURES, ConfidenceScorer, confidence_features

QUESTION = "When did the oil embargo begin?"
OIL = "The oil embargo began in October 1973, when the Arab members of OPEC proclaimed it."
CATS = "Cats sleep for most of the day."


def evidence(text: str, relevance: float | None = 0.8, similarity: float = 0.7) -> list[Evidence]:
    scores = Scores(similarity, 1.0, 0.8, relevance, relevance, 1, 1)
    return [Evidence(1, "chunk", "document", 0, 3, text, "1973 oil crisis", scores)]


def answer(quote: str, support: float | None = 1.0, sentence: float = 0.8) -> Answer:
    citation = Citation(1, "chunk", "document", 3, 0, len(quote), quote)
    features = {"sentence": sentence, "sentence_margin": sentence / 2, "quote_similarity": sentence}
    claim = Claim(quote, (1,), True)
    return Answer(f"{quote} [1]", False, (claim,), (citation,), support, Confidence(None, (), features))


def judged(given: Answer, found: list[Evidence], **options: object) -> Answer:
    return ConfidenceScorer(**options).run(question=QUESTION, answer=given, evidence=found)["answer"]


def test_a_good_answer_has_confidence_with_its_parts_and_stays_as_it_is():
    given = answer(OIL)
    result = judged(given, evidence(OIL))
    assert result.text == given.text
    assert not result.abstained
    assert 0.5 < result.confidence.value <= 1
    parts = {part.name: part.value for part in result.confidence.parts}
    assert set(parts) == {"retrieval", "coverage", "support"}
    assert parts["retrieval"] == 0.8
    assert parts["coverage"] > 0.6
    assert parts["support"] == 1.0
    assert set(result.confidence.features) >= set(CONFIDENCE_FEATURES)
    assert result.confidence.calibration == parameters("all-MiniLM-L6-v2").version


def test_a_poor_answer_is_withheld_with_the_reason_kept():
    result = judged(answer(CATS, sentence=0.02), evidence(CATS, relevance=0.01, similarity=0.05))
    assert result.abstained
    assert result.text == ABSTENTION
    assert result.claims == ()
    assert result.citations == ()
    assert result.support is None
    assert 0 <= result.confidence.value < parameters("all-MiniLM-L6-v2").threshold
    assert result.confidence.parts


def test_the_threshold_can_be_set():
    assert judged(answer(OIL), evidence(OIL), threshold=1.01).abstained
    poor = judged(answer(CATS, sentence=0.02), evidence(CATS, 0.01, 0.05), threshold=0.0)
    assert not poor.abstained


def test_no_evidence_is_an_abstention_without_a_number():
    result = judged(Answer("", True), [])
    assert result.abstained
    assert result.text == ABSTENTION
    assert result.confidence.value is None


def test_an_unsupported_answer_cannot_be_confident():
    supported = judged(answer(OIL), evidence(OIL), threshold=0.0).confidence.value
    half = judged(answer(OIL, support=0.5), evidence(OIL), threshold=0.0).confidence.value
    assert half == pytest.approx(supported / 2)
    assert judged(answer(OIL, support=0.0), evidence(OIL)).abstained


@pytest.mark.parametrize(
    ("given", "found", "options"),
    [
        (answer(OIL), evidence(OIL), {"embedding": "another-model"}),
        (answer(OIL), evidence(OIL, relevance=None), {}),
        (answer(OIL, support=None), evidence(OIL), {}),
        (replace(answer(OIL), confidence=Confidence(None)), evidence(OIL), {}),
    ],
    ids=["embedding", "relevance", "support", "sentence"],
)
def test_confidence_is_not_available_when_something_it_needs_is_not(given, found, options):
    result = judged(given, found, **options)
    assert result.confidence.value is None
    assert not result.abstained
    assert result.text == given.text


def test_an_answer_whose_passage_is_gone_has_no_features():
    assert confidence_features(QUESTION, answer(OIL), []) is None


def test_deleting_the_answer_from_the_passage_lowers_confidence():
    good = judged(answer(OIL), evidence(OIL), threshold=0.0).confidence.value
    bad = judged(answer(CATS, sentence=0.05), evidence(CATS, 0.05, 0.1), threshold=0.0).confidence.value
    assert bad < good / 2


def test_yaml_round_trip():
    again = ConfidenceScorer.from_dict(ConfidenceScorer("m", 0.4).to_dict())
    assert (again.embedding, again.threshold) == ("m", 0.4)
