"""Every filter expression that reaches Milvus is made here, from typed and escaped values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from haystack.errors import FilterError

from domain.evidence import Scope

TEXT_FIELDS = frozenset({"id", "document_id", "context"})
NUMBER_FIELDS = frozenset({"ordinal", "page"})

_ORDER = {">", ">=", "<", "<="}
_NOTHING = 'id == ""'
_EVERYTHING = 'id != ""'
_NEGATED = {
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
    ">": "<=",
    "<=": ">",
    "<": ">=",
    ">=": "<",
}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(value: str | int) -> str:
    """``value`` as Milvus writes it: a number, or a double-quoted string with its escapes."""
    if isinstance(value, str):
        return '"' + "".join(_ESCAPES.get(character, character) for character in value) + '"'
    return str(int(value))


def among(field: str, values: Collection[str] | Collection[int], *, negate: bool = False) -> str:
    """``field in [...]``, or ``not in``, with the values in a fixed order.

    Milvus refuses an empty list, so that one becomes an expression that no row, or every row, fulfils.
    """
    if not values:
        return _EVERYTHING if negate else _NOTHING
    listed = ", ".join(sorted(literal(value) for value in values))
    return f"{field} {'not in' if negate else 'in'} [{listed}]"


def scope_expression(scope: Scope) -> str | None:
    """The expression of a scope: ``""`` for all documents, ``None`` for a scope that finds nothing."""
    if scope.include is not None:
        return among("document_id", scope.include) if scope.include else None
    return among("document_id", scope.exclude, negate=True) if scope.exclude else ""


def expression(filters: Mapping[str, Any] | None) -> str:
    """A Haystack filter dictionary as a Milvus expression; an empty one stands for all rows.

    Raises ``FilterError`` for what is malformed, names an unknown field, or compares with another type.
    """
    return _translate(filters, negate=False) if filters else _EVERYTHING


def _translate(node: Any, *, negate: bool) -> str:
    if not isinstance(node, Mapping):
        raise FilterError(f"A filter is a dictionary, not {type(node).__name__}.")
    if "field" in node:
        return _comparison(node, negate=negate)
    for key in ("operator", "conditions"):
        if key not in node:
            raise FilterError(f"A filter needs the key '{key}'.")
    return _logic(str(node["operator"]).upper(), node["conditions"], negate=negate)


def _logic(operator: str, conditions: Any, *, negate: bool) -> str:
    """Join conditions; negation is pushed down to the comparisons, as Milvus' own NOT is unreliable."""
    if operator not in ("AND", "OR", "NOT"):
        raise FilterError(f"Unknown logical operator '{operator}'.")
    if not isinstance(conditions, list) or not conditions:
        raise FilterError("'conditions' is a list with at least one condition.")
    if operator == "NOT":
        operator, negate = "AND", not negate
    joint = " or " if (operator == "OR") != negate else " and "
    return "(" + joint.join(_translate(condition, negate=negate) for condition in conditions) + ")"


def _comparison(node: Mapping[str, Any], *, negate: bool) -> str:
    for key in ("operator", "value"):
        if key not in node:
            raise FilterError(f"A comparison needs the key '{key}'.")
    field = str(node["field"]).removeprefix("meta.")
    if field not in TEXT_FIELDS | NUMBER_FIELDS:
        raise FilterError(f"There is no field '{field}' to filter by.")
    operator, value = node["operator"], node["value"]
    if operator not in _NEGATED:
        raise FilterError(f"Unknown comparison operator '{operator}'.")
    if value is None:
        return _with_none(operator, negate=negate)
    if operator in ("in", "not in"):
        if not isinstance(value, list):
            raise FilterError(f"'{operator}' compares with a list.")
        typed = [_typed(field, item) for item in value if item is not None]
        return among(field, typed, negate=(operator == "not in") != negate)
    if operator in _ORDER and field in TEXT_FIELDS:
        raise FilterError(f"'{field}' is text, which has no order: use == or in.")
    return f"{field} {_NEGATED[operator] if negate else operator} {literal(_typed(field, value))}"


def _with_none(operator: str, *, negate: bool) -> str:
    """No field is ever empty: nothing equals, precedes or follows None, and everything differs from it."""
    if operator in ("in", "not in"):
        raise FilterError(f"'{operator}' compares with a list.")
    return _EVERYTHING if (operator == "!=") != negate else _NOTHING


def _typed(field: str, value: Any) -> Any:
    wanted = str if field in TEXT_FIELDS else int
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise FilterError(f"'{field}' compares with {wanted.__name__}, not {type(value).__name__}.")
    return value
