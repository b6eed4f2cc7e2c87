"""Terms, what a question wants, and what a passage shares with it."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.evidence import Evidence, Scores
from pipelines import features


def passage(text: str, context: str = "", **scores: float | int) -> Evidence:
    return Evidence(1, "c", "d", 0, 1, text, context, Scores(**scores))


def column(rows: np.ndarray, name: str) -> list[float]:
    return rows[:, features.PASSAGE_FEATURES.index(name)].tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [("signed", "signs"), ("Establishment", "established"), ("crises", "crisis"), ("élèves", "eleve")],
)
def test_related_words_share_a_stem(one: str, other: str):
    assert features.stem(one) == features.stem(other)


def test_numbers_are_terms_without_separators():
    assert list(features.terms("15,000 images in 2007.")) == ["15000", "imag", "in", "2007"]


def test_chinese_is_searched_by_character():
    assert list(features.terms("北京 city")) == ["北", "京", features.stem("city")]


def test_content_leaves_stop_words_out_unless_there_is_nothing_else():
    assert features.content_terms("Who was the king?") == ["king"]
    assert features.content_terms("who is it") != []


def test_rare_terms_weigh_more():
    assert 0 <= features.idf("the") < features.idf(features.stem("oil")) < features.idf("zzzzzz") == 1.0


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When did it begin?", "time"),
        ("In what year was it?", "time"),
        ("How many ships sank?", "number"),
        ("Who signed the treaty?", "person"),
        ("Where was he born?", "place"),
        ("Why did prices rise?", "reason"),
        ("What is it called?", "other"),
    ],
)
def test_what_a_question_wants(question: str, wanted: str):
    assert features.answer_type(question) == wanted


def test_a_year_answers_when_and_a_name_answers_who():
    when, who = features.Question.of("When did the oil crisis begin?"), features.Question.of("Who led it?")
    assert features.answers_type(when, "The crisis began in October 1973.") == 1.0
    assert features.answers_type(when, "The crisis was long.") == 0.0
    assert features.answers_type(who, "It was led by Napoleon.") == 1.0
    assert features.answers_type(who, "It was led by nobody.") == 0.0


def test_a_passage_about_the_question_covers_it_better():
    rows = features.passage_features(
        "When did the oil embargo begin?",
        [
            passage("The oil embargo began in 1973.", similarity=0.7, keyword=1.0),
            passage("Cats sleep a lot.", similarity=0.1),
        ],
    )
    for name in ("coverage", "window", "pairs", "type"):
        good, bad = column(rows, name)
        assert good > bad, name
    assert column(rows, "keyword_missing") == [0.0, 1.0]


def test_the_context_line_counts():
    rows = features.passage_features("oil embargo", [passage("It began in 1973.", "Oil embargo")])
    assert column(rows, "coverage") == [1.0]


def test_a_missing_similarity_is_taken_as_the_lowest_of_the_list():
    rows = features.passage_features(
        "x", [passage("a", similarity=0.6), passage("b", similarity=0.2), passage("c", keyword=1.0)]
    )
    assert column(rows, "similarity") == [0.6, 0.2, 0.2]
    assert column(rows, "similarity_missing") == [0.0, 0.0, 1.0]


def test_no_candidates_give_no_rows():
    assert features.passage_features("x", []).shape == (0, len(features.PASSAGE_FEATURES))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=4), st.text(max_size=30))
def test_every_feature_of_any_text_is_finite(question: str, texts: list[str], context: str):
    rows = features.passage_features(question, [passage(text, context) for text in texts])
    assert rows.shape == (len(texts), len(features.PASSAGE_FEATURES))
    assert np.isfinite(rows).all()


def test_a_very_long_question_takes_no_long_time():
    started = time.process_time()
    features.passage_features("why " * 5000 + "\x00", [passage("word " * 200)] * 50)
    assert time.process_time() - started < 2
