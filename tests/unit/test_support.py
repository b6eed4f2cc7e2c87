"""Whether cited passages say what a claim says."""

from __future__ import annotations

import pytest

from domain.evidence import Answer, Citation, Claim, Evidence, Scores
from pipelines.support import SupportChecker, is_supported

PASSAGE = (
    "The oil embargo began in October 1973, when the Arab members of OPEC proclaimed it. "
    "By March 1974 the price of oil had risen to nearly $12 globally."
)


@pytest.mark.parametrize(
    "claim",
    [
        "The oil embargo began in October 1973, when the Arab members of OPEC proclaimed it.",
        "the oil   embargo began\nin October 1973",
        "The embargo on oil began in 1973.",
        "Oil prices had risen to $12 by March 1974.",
    ],
)
def test_what_the_passage_says_is_supported(claim: str):
    assert is_supported(claim, [PASSAGE])


@pytest.mark.parametrize(
    "claim",
    [
        "The oil embargo began in October 1979.",
        "By March 1974 the price of oil had risen to nearly $13 globally.",
        "The oil embargo was proclaimed by Iran in October 1973.",
        "Cats sleep for most of the day.",
        "",
        "...",
    ],
)
def test_other_numbers_names_or_words_are_not(claim: str):
    assert not is_supported(claim, [PASSAGE])


def test_without_a_passage_nothing_is_supported():
    assert not is_supported("The oil embargo began.", [])


def answer(*claims: Claim) -> Answer:
    citation = Citation(1, "chunk", "document", 1, 0, 10, PASSAGE[:10])
    return Answer("…", False, claims, (citation,))


def evidence(text: str = PASSAGE, context: str = "1973 oil crisis") -> list[Evidence]:
    return [Evidence(1, "chunk", "document", 0, 1, text, context, Scores())]


def test_support_is_the_share_of_supported_claims():
    given = answer(
        Claim("The oil embargo began in October 1973.", (1,)),
        Claim("It ended in 1980.", (1,)),
        Claim("The oil embargo began in October 1973.", ()),
        Claim("The oil embargo began in October 1973.", (7,)),
    )
    checked = SupportChecker().run(answer=given, evidence=evidence())["answer"]
    assert [claim.supported for claim in checked.claims] == [True, False, False, False]
    assert checked.support == 0.25
    assert checked.text == given.text
    assert checked.citations == given.citations


def test_a_claim_is_not_supported_once_its_passage_is_gone():
    given = answer(Claim("The oil embargo began in October 1973.", (1,)))
    assert SupportChecker().run(answer=given, evidence=[])["answer"].support == 0.0
    other = evidence("Cats sleep for most of the day.", "Cats")
    assert SupportChecker().run(answer=given, evidence=other)["answer"].support == 0.0


def test_the_title_of_the_passage_counts():
    claim = Claim("The 1973 crisis made prices rise to nearly $12.", (1,))
    passage = "By the end of it prices had risen to nearly $12, which made many poor."
    assert SupportChecker().run(answer=answer(claim), evidence=evidence(passage))["answer"].support == 1.0


def test_no_claims_have_no_support():
    assert SupportChecker().run(answer=Answer("", True), evidence=evidence())["answer"].support is None


def test_yaml_round_trip():
    assert SupportChecker.from_dict(SupportChecker(0.5).to_dict()).share == 0.5
