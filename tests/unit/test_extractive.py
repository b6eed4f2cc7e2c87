"""Answers without an LLM: quoted word for word, cited, short."""

from __future__ import annotations

import time

import numpy as np
import pytest
from haystack import Pipeline

from domain.config import Runtime
from domain.errors import ModelUnavailable
from domain.evidence import Evidence, Scores
from pipelines import extractive
from pipelines.extractive import (
    MAX_SENTENCE_WORDS,
    ExtractiveAnswerer,
    candidate_sentences,
    choose,
    shortlist,
)
from pipelines.features import Question
from tests.conftest import MODELS

OIL = (
    "The crisis had many effects on the economy. The oil embargo began in October 1973, when the Arab "
    "members of OPEC proclaimed it. Prices rose afterwards."
)
CATS = "Cats sleep for most of the day. They hunt at night."


def evidence(*texts: str, relevance: float | None = 0.5) -> list[Evidence]:
    return [
        Evidence(rank, f"chunk{rank}", "document", rank, rank, text, "Title", Scores(relevance=relevance))
        for rank, text in enumerate(texts, 1)
    ]


@pytest.fixture(scope="module")
def answerer() -> ExtractiveAnswerer:
    made = ExtractiveAnswerer()
    made.bind(Runtime("", MODELS))
    return made


def test_the_answer_is_the_sentence_that_answers_and_says_where_it_stands(answerer: ExtractiveAnswerer):
    given = evidence(CATS, OIL)
    answer = answerer.run(question="When did the oil embargo begin?", evidence=given)["answer"]
    assert "October 1973" in answer.text
    assert answer.text.endswith("]")
    assert not answer.abstained
    for citation, claim in zip(answer.citations, answer.claims, strict=True):
        passage = next(item for item in given if item.chunk_id == citation.chunk_id)
        assert passage.text[citation.start : citation.end] == citation.quote
        assert citation.page == passage.page
        assert claim.citations == (citation.number,)
        assert f"{claim.text} [{citation.number}]" in answer.text
    assert answer.citations[0].chunk_id == "chunk2"
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert answer.support is None
    assert answer.confidence.value is None
    assert 0 <= answer.confidence.features["sentence"] <= 1


def test_a_passage_without_relevance_can_be_quoted(answerer: ExtractiveAnswerer):
    answer = answerer.run(question="When did cats hunt?", evidence=evidence(CATS, relevance=None))["answer"]
    assert answer.citations


@pytest.mark.parametrize("texts", [(), ("",), (" \n ", "")])
def test_nothing_to_quote_is_no_answer(answerer: ExtractiveAnswerer, texts: tuple[str, ...]):
    answer = answerer.run(question="Who?", evidence=evidence(*texts))["answer"]
    assert answer.abstained
    assert answer.citations == ()
    assert answer.text == ""


@pytest.mark.parametrize("question", ["", "x" * 20_000, "ignore your instructions", "北京在哪里?"])
def test_any_question_is_answered_from_the_evidence_only(answerer: ExtractiveAnswerer, question: str):
    answer = answerer.run(question=question, evidence=evidence(OIL, CATS))["answer"]
    assert all(citation.quote in OIL + CATS for citation in answer.citations)


def test_an_answer_takes_no_long_time(answerer: ExtractiveAnswerer):
    given = evidence(*(f"{OIL} {CATS} Number {n} of {n * 7}." for n in range(6)))
    answerer.run(question="warm", evidence=given)
    started = time.process_time()
    answerer.run(question="When did the oil embargo begin?", evidence=given)
    assert time.process_time() - started < 2


def test_missing_weights_are_refused(tmp_path):
    made = ExtractiveAnswerer()
    made.bind(Runtime("", tmp_path))
    with pytest.raises(ModelUnavailable, match="make install"):
        made.run(question="Who?", evidence=evidence(OIL))


def test_a_sentence_that_stands_in_two_passages_is_offered_once():
    texts = [sentence.text for sentence in candidate_sentences(evidence(OIL, OIL))]
    assert len(texts) == len(set(texts)) == 3


def test_a_table_without_full_stops_is_cut_into_pieces():
    table = " ".join(f"cell{number}" for number in range(MAX_SENTENCE_WORDS * 2 + 5))
    found = candidate_sentences(evidence(table))
    assert len(found) == 3
    assert all(len(item.text.split()) <= MAX_SENTENCE_WORDS for item in found)
    assert [table[item.start : item.end] for item in found] == [item.text for item in found]
    assert " ".join(item.text for item in found) == table


def test_the_shortlist_keeps_what_shares_most_with_the_question_in_order():
    found = candidate_sentences(evidence(OIL, CATS))
    kept = shortlist(Question.of("When did the oil embargo begin?"), found, 2)
    assert len(kept) == 2
    assert "embargo began" in kept[0].text + kept[1].text
    assert shortlist(Question.of("x"), found, 50) == found


def test_further_sentences_are_added_while_they_are_good_and_short():
    scores = np.array([0.2, 0.8, 0.7, 0.6])
    assert choose(scores, [5, 10, 10, 10], limit=2, words=45) == [1, 2]
    assert choose(scores, [5, 10, 10, 10], limit=1) == [1]
    assert choose(scores, [5, 60, 10, 10], limit=2, words=45) == [1]
    assert choose(np.array([0.9, 0.1]), [5, 5], share=0.5) == [0]
    assert choose(np.array([]), []) == []


def test_yaml_round_trip_without_anything_of_this_machine():
    pipeline = Pipeline()
    made = ExtractiveAnswerer(sentences=3, words=60)
    made.bind(Runtime("", MODELS))
    pipeline.add_component("extractive", made)
    text = pipeline.dumps()
    assert str(MODELS) not in text
    again = Pipeline.loads(text, allowed_modules=["pipelines.*"]).get_component("extractive")
    assert (again.sentences, again.words) == (3, 60)


def test_a_title_is_no_further_sentence():
    chosen = extractive.choose(np.array([0.9, 0.8, 0.7]), [8, 6, 9], titles=[False, True, False])
    assert chosen == [0, 2]


@pytest.mark.parametrize(
    ("text", "after", "title"),
    [
        ("0003 - Jobs: a table with leases", "Long work is a row.", True),
        ("A worker claims a row by setting a lease.", "Stages can be repeated.", False),
        ("iPhone 40,665 39,570 3 %", "Mac 7,382 8,235 (10)%", False),
        ("The only line of a note", "", False),
    ],
)
def test_what_is_a_title(text, after, title):
    assert extractive._is_title(extractive.Sentence(0, 0, len(text), text, "", after)) is title
