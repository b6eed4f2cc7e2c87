"""Citations of a language model: one form, checked, located."""

from __future__ import annotations

import pytest

from domain.evidence import Evidence, Scores
from domain.models import ChatReply
from pipelines.citations import CitationParser, claims_of, locate_quote, normalise

DEPTH = "The harbour is nine metres deep at low tide. Ships of more than 120 metres need a pilot."
LAMP = "The lighthouse was lit in 1862. Two keepers live in the tower."


def passages():
    return [
        Evidence(n, f"c{n}", f"d{n}", 0, n, text, "Handbook", Scores()) for n, text in ((1, DEPTH), (2, LAMP))
    ]


def read(text, **reply):
    return CitationParser().run(ChatReply(text, **reply), passages())["answer"]


@pytest.mark.parametrize(
    ("said", "shown", "dropped"),
    [
        ("It is deep [1].", "It is deep [1].", 0),
        ("It is deep. [1]", "It is deep [1].", 0),
        ("It is deep [1, 2].", "It is deep [1][2].", 0),
        ("It is deep 【1】.", "It is deep [1].", 0),
        ("It is deep (passage 2).", "It is deep [2].", 0),
        ("It is deep [passages 1 and 2].", "It is deep [1][2].", 0),
        ("It is deep [7].", "It is deep.", 1),
        ("It is deep [0] and wide [1][12].", "It is deep and wide [1].", 2),
        ("A loss of (12) in (2022) [1].", "A loss of (12) in (2022) [1].", 0),
        ("It opens [sic] at [1999999].", "It opens [sic] at [1999999].", 0),
    ],
)
def test_citations_have_one_form_and_only_passages_that_exist(said, shown, dropped):
    found = normalise(said, 2)
    assert (found.text, found.dropped) == (shown, dropped)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("It rose soon [1]. It fell soon [1][2].", [("It rose soon", (1,)), ("It fell soon", (1, 2))]),
        (
            "Sales rose fast [1], while others fell [2].",
            [("Sales rose fast", (1,)), ("while others fell", (2,))],
        ),
        ("Per [1], the gate opens at nine.", [("the gate opens at nine.", (1,))]),
        ("It has no source at all.", [("It has no source at all.", ())]),
        ("Yes [2].", [("Yes", (2,))]),
        ("- one thing is so [1]\n- one is not [2]", [("one thing is so", (1,)), ("one is not", (2,))]),
    ],
)
def test_statements_carry_the_numbers_behind_them(text, claims):
    found = claims_of(text)
    assert [(claim.text, claim.citations) for claim in found] == claims
    assert all(claim.text in text for claim in found)


def test_a_citation_is_the_sentence_that_says_it():
    answer = read("Long ships need a pilot [1]. The lamp was first lit in 1862 [2].")
    assert [c.quote for c in answer.citations] == [
        "Ships of more than 120 metres need a pilot.",
        "The lighthouse was lit in 1862.",
    ]
    assert [(c.number, c.document_id) for c in answer.citations] == [(1, "d1"), (2, "d2")]
    assert all(passages()[c.number - 1].text[c.start : c.end] == c.quote for c in answer.citations)


def test_a_claim_that_shares_no_word_with_a_passage_marks_nothing_of_it():
    assert locate_quote("Zeppelin", DEPTH) == (0, 0)


@pytest.mark.parametrize(
    "said", ["NO_ANSWER", "  NO_ANSWER.", "**NO_ANSWER**", "NO_ANSWER: nothing there [1]"]
)
def test_a_model_may_say_that_it_has_no_answer(said):
    answer = read(said)
    assert answer.abstained
    assert not answer.citations


def test_the_word_for_no_answer_is_never_shown():
    assert "NO_ANSWER" not in read("It is nine metres deep [1]. NO_ANSWER").text


def test_what_the_model_knows_of_its_certainty_is_kept_and_missing_stays_missing():
    assert read("Nine metres deep [1].", certainty=0.8).confidence.features["certainty"] == 0.8
    assert "certainty" not in read("Nine metres deep [1].").confidence.features
