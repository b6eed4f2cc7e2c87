"""Relevance: a probability that orders the evidence, or nothing at all."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from haystack import Pipeline

from domain.evidence import Evidence, Hit
from pipelines.fusion import fuse
from pipelines.relevance import RelevanceScorer

QUESTION = "When did the oil embargo begin?"
TEXTS = {
    "cats": "Cats sleep for most of the day, and nobody knows why they do.",
    "price": "The price of oil had risen from three dollars to nearly twelve dollars.",
    "answer": "The oil embargo began in October 1973, when the Arab members of OPEC proclaimed it.",
}


def candidates() -> list[Evidence]:
    def hit(key: str, score: float) -> Hit:
        return Hit(key, "document", 0, 1, TEXTS[key], "1973 oil crisis", score)

    dense = [hit("price", 0.62), hit("answer", 0.6), hit("cats", 0.02)]
    return fuse(dense, [hit("answer", 9.0), hit("price", 3.0)], 0.7)


def test_the_passage_that_answers_comes_first_with_a_probability():
    evidence = RelevanceScorer().run(question=QUESTION, candidates=candidates())["evidence"]
    assert [item.chunk_id for item in evidence] == ["answer", "price", "cats"]
    assert [item.rank for item in evidence] == [1, 2, 3]
    values = [item.scores.relevance for item in evidence]
    assert all(0 <= value <= 1 for value in values)
    assert values[0] > 0.3
    assert values[2] < 0.05
    assert all(item.scores.rerank is not None for item in evidence)


def test_only_the_best_are_kept():
    scorer = RelevanceScorer(limit=2)
    assert len(scorer.run(question=QUESTION, candidates=candidates())["evidence"]) == 2
    assert len(scorer.run(question=QUESTION, candidates=candidates(), limit=1)["evidence"]) == 1


def test_an_embedding_that_nothing_was_fitted_for_gives_no_relevance_and_keeps_the_order():
    given = candidates()
    evidence = RelevanceScorer(embedding="another-model").run(question=QUESTION, candidates=given)["evidence"]
    assert [item.chunk_id for item in evidence] == [item.chunk_id for item in given]
    assert {item.scores.relevance for item in evidence} == {None}
    assert {item.scores.rerank for item in evidence} == {None}
    assert {item.scores.fused for item in evidence} == {item.scores.fused for item in given}


def test_without_reranking_the_fused_order_stays_and_relevance_is_shown():
    given = candidates()
    evidence = RelevanceScorer(rerank=False).run(question=QUESTION, candidates=given)["evidence"]
    assert [item.chunk_id for item in evidence] == [item.chunk_id for item in given]
    assert all(item.scores.relevance is not None and item.scores.rerank is None for item in evidence)


def test_nothing_found_is_no_evidence():
    assert RelevanceScorer().run(question=QUESTION, candidates=[])["evidence"] == []


@pytest.mark.parametrize("question", ["", "?", "word " * 4000, "\x00\ud83d", "北京在哪里"])
def test_any_question_is_scored(question: str):
    evidence = RelevanceScorer().run(question=question, candidates=candidates())["evidence"]
    assert all(0 <= item.scores.relevance <= 1 for item in evidence)


def test_fifty_passages_are_scored_in_milliseconds():
    text = " ".join(TEXTS.values()) * 3
    given = fuse([Hit(str(n), "d", n, 1, f"{text} {n}", "t", 0.5) for n in range(50)], [], 0.7)
    scorer = RelevanceScorer()
    scorer.run(question=QUESTION, candidates=given)
    started = time.process_time()
    for _ in range(5):
        scorer.run(question=QUESTION, candidates=given)
    assert (time.process_time() - started) / 5 < 0.05


def test_yaml_round_trip():
    pipeline = Pipeline()
    pipeline.add_component("relevance", RelevanceScorer("m", limit=3, rerank=False))
    text = pipeline.dumps()
    assert str(Path.cwd()) + os.sep not in text
    again = Pipeline.loads(text, allowed_modules=["pipelines.*"]).get_component("relevance")
    assert (again.embedding, again.limit, again.rerank) == ("m", 3, False)
