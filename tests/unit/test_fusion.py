"""Joining two legs: what counts, what stays n/a, what comes first."""

from __future__ import annotations

import pytest
from haystack import Pipeline

from domain.evidence import Hit
from pipelines.calibration import parameters
from pipelines.fusion import WeightedFusion


def hit(key: str, score: float) -> Hit:
    return Hit(key, "document", int(key, 36), 1, f"text {key}", "title", score)


def fused(dense: list[Hit], keyword: list[Hit], **options: float) -> list:
    return WeightedFusion(**options).run(dense=dense, keyword=keyword)["candidates"]


def test_scores_are_what_their_names_say():
    found = fused([hit("a", 0.8), hit("b", 0.4)], [hit("b", 12.0), hit("a", 6.0)], weight=0.5)
    by_key = {item.chunk_id: item.scores for item in found}
    assert (by_key["a"].similarity, by_key["a"].keyword) == (0.8, 0.5)
    assert (by_key["b"].similarity, by_key["b"].keyword) == (0.4, 1.0)
    assert by_key["a"].fused == pytest.approx(0.65)
    assert by_key["b"].fused == pytest.approx(0.7)
    assert [item.rank for item in found] == [1, 2]
    assert found[0].chunk_id == "b"
    assert (by_key["a"].similarity_rank, by_key["a"].keyword_rank) == (1, 2)
    assert by_key["a"].relevance is None
    assert by_key["a"].rerank is None


def test_what_one_leg_did_not_find_is_not_available_and_counts_as_its_lowest():
    found = fused([hit("a", 0.9), hit("b", 0.3)], [hit("c", 5.0)], weight=0.6)
    scores = {item.chunk_id: item.scores for item in found}
    assert scores["c"].similarity is None
    assert scores["c"].similarity_rank is None
    assert scores["a"].keyword is None
    assert scores["c"].fused == pytest.approx(0.6 * 0.3 + 0.4 * 1.0)


def test_negative_cosines_show_as_zero():
    (item,) = fused([hit("a", -0.2)], [])
    assert item.scores.similarity == 0.0


def test_nothing_found_gives_nothing():
    assert fused([], []) == []


@pytest.mark.parametrize(("weight", "first"), [(1.0, "a"), (0.0, "b")])
def test_the_weight_decides_and_can_be_given_per_run(weight: float, first: str):
    dense, keyword = [hit("a", 0.9), hit("b", 0.1)], [hit("b", 9.0), hit("a", 1.0)]
    run = WeightedFusion(weight=0.5).run(dense=dense, keyword=keyword, weight=weight)
    assert run["candidates"][0].chunk_id == first


def test_all_scores_stay_between_zero_and_one():
    for item in fused([hit("a", 1.0000002)], [hit("a", 3.0), hit("b", 0.0)]):
        for score in (item.scores.similarity, item.scores.keyword, item.scores.fused):
            assert score is None or 0 <= score <= 1


def test_a_weight_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="weight"):
        WeightedFusion(weight=1.5)


def test_the_default_weight_is_the_fitted_one():
    assert WeightedFusion().weight == parameters("all-MiniLM-L6-v2").weight


def test_yaml_round_trip():
    pipeline = Pipeline()
    pipeline.add_component("fusion", WeightedFusion(weight=0.25, limit=7))
    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["pipelines.*"]).get_component("fusion")
    assert (again.weight, again.limit) == (0.25, 7)
