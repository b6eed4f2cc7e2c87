from __future__ import annotations

from typing import Any

import pytest
from haystack import Document
from haystack.errors import FilterError
from haystack.utils.filters import document_matches_filter
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.evidence import Scope
from pipelines.store.filters import among, expression, literal, scope_expression

NASTY = ['a"b', "a'b", "a\\b", '\\"', 'x" or id != "', "ü", "line\nbreak", "%", "", "{}", "] or page > 0"]


def evaluate(text: str, row: dict[str, Any]) -> bool:
    """Milvus' expressions read as Python mean the same, string escapes included."""
    return bool(eval(text, {"__builtins__": {}}, row))  # noqa: S307


@pytest.mark.parametrize("value", NASTY)
def test_a_literal_reads_back_as_its_value(value: str) -> None:
    assert evaluate(f"x == {literal(value)}", {"x": value})


@pytest.mark.parametrize("value", NASTY)
def test_no_value_can_leave_its_quotes(value: str) -> None:
    row = {"id": "other", "document_id": "other", "page": 5}
    assert not evaluate(among("document_id", [value]), row)


def test_an_empty_list_never_reaches_milvus() -> None:
    row = {"id": "a", "document_id": "d"}
    assert "[]" not in among("document_id", []) + among("document_id", [], negate=True)
    assert not evaluate(among("document_id", []), row)
    assert evaluate(among("document_id", [], negate=True), row)


def test_a_scope_that_includes_nothing_finds_nothing() -> None:
    assert scope_expression(Scope(include=frozenset())) is None
    assert scope_expression(Scope()) == ""


def test_a_scope_names_the_documents() -> None:
    included = scope_expression(Scope(include=frozenset({"b", "a"}), exclude=frozenset({"a"})))
    assert included == 'document_id in ["a", "b"]'
    assert scope_expression(Scope(exclude=frozenset({"a"}))) == 'document_id not in ["a"]'


rows = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", 'c"']),
        "document_id": st.sampled_from(["d", "e"]),
        "context": st.sampled_from(["", "T › S"]),
        "page": st.integers(1, 4),
        "ordinal": st.integers(0, 3),
    }
)
texts = st.sampled_from(["a", "b", 'c"', "d", "e", "", "T › S"])
text_comparison = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["id", "meta.document_id", "meta.context"]),
        "operator": st.sampled_from(["==", "!="]),
        "value": texts | st.none(),
    }
)
number_comparison = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["meta.page", "meta.ordinal"]),
        "operator": st.sampled_from(["==", "!=", ">", ">=", "<", "<="]),
        "value": st.integers(-1, 5) | st.none(),
    }
)
list_comparison = st.one_of(
    st.fixed_dictionaries(
        {
            "field": st.just(field),
            "operator": st.sampled_from(["in", "not in"]),
            "value": st.lists(values, max_size=3),
        }
    )
    for field, values in (("id", texts), ("meta.page", st.integers(0, 5)))
)
comparisons = text_comparison | number_comparison | list_comparison
filters = st.recursive(
    comparisons,
    lambda inner: st.fixed_dictionaries(
        {
            "operator": st.sampled_from(["AND", "OR", "NOT"]),
            "conditions": st.lists(inner, min_size=1, max_size=3),
        }
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(row=rows, tree=filters)
def test_an_expression_means_what_haystack_means(row: dict[str, Any], tree: dict[str, Any]) -> None:
    meta = {key: value for key, value in row.items() if key != "id"}
    expected = document_matches_filter(tree, Document(id=row["id"], content="x", meta=meta))
    assert evaluate(expression(tree), row) == expected


def test_no_filter_stands_for_all_rows() -> None:
    assert evaluate(expression(None), {"id": "a"})
    assert evaluate(expression({}), {"id": "a"})


@pytest.mark.parametrize(
    "bad",
    [
        {"conditions": [{"field": "id", "operator": "==", "value": "a"}]},
        {"operator": "AND"},
        {"operator": "AND", "conditions": []},
        {"operator": "XOR", "conditions": [{"field": "id", "operator": "==", "value": "a"}]},
        {"operator": "AND", "conditions": [{"operator": "==", "value": "a"}]},
        {"operator": "AND", "conditions": ["page > 0"]},
        {"field": "id", "operator": "=="},
        {"field": "id", "value": "a"},
        {"field": "meta.page", "operator": "like", "value": 1},
        {"field": "meta.page", "operator": ">", "value": "1"},
        {"field": "meta.page", "operator": "==", "value": True},
        {"field": "meta.page", "operator": "in", "value": (1, 2)},
        {"field": "meta.page", "operator": "in", "value": None},
        {"field": "meta.page", "operator": "in", "value": ["1"]},
        {"field": "meta.document_id", "operator": ">", "value": "a"},
        {"field": "meta.secret", "operator": "==", "value": "a"},
        {"field": 'page > 0 or "', "operator": "==", "value": "a"},
    ],
)
def test_a_malformed_filter_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(FilterError):
        expression(bad)
