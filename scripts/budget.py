"""Rows of the bench's table."""

from __future__ import annotations

Row = tuple[str, str, str, str]
"""What was measured, its value, its budget, and whether that holds."""


def verdict(holds: bool) -> str:
    """How a budget is marked."""
    return "holds" if holds else "MISSED"
