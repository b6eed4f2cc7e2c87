"""Reasoning methods: how evidence becomes an answer. One file each, one line in ``METHODS`` here."""

from __future__ import annotations

from domain.errors import InvalidInput
from pipelines.methods import extractive, simple
from pipelines.methods.base import Method

METHODS: dict[str, Method] = {method.key: method for method in (extractive.METHOD, simple.METHOD)}


def method(key: str) -> Method:
    """The method registered as ``key``. Raises ``InvalidInput`` when there is none."""
    found = METHODS.get(key)
    if found is None:
        msg = f"There is no method named “{key}”. Choose one of: {', '.join(METHODS)}."
        raise InvalidInput(msg)
    return found
