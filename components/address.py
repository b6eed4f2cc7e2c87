"""Choices that the page's address keeps, so that a reload finds them again and a link shares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st


def choice(
    name: str,
    draw: Callable[..., Any],
    title: str,
    options: Mapping[str, str],
    *,
    default: str | None = None,
    on_change: Callable[[], None] | None = None,
    **look: Any,
) -> str:
    """Draw a choice among ``options``, words by value, with ``draw`` (a select box, a segmented control).

    The address holds the value, not the words: a link means the same to readers of every language.
    ``default``, else the first of ``options``, is chosen while the address names none of them.
    """
    key = f"address_{name}"
    kept, usual = st.query_params.get(name), default or next(iter(options))
    st.session_state[key] = kept if kept in options else usual

    def changed() -> None:
        keep(name, st.session_state[key], usual)
        if on_change is not None:
            on_change()

    format_func = options.__getitem__
    return str(draw(title, list(options), format_func=format_func, key=key, on_change=changed, **look))


def keep(name: str, value: str, usual: str = "") -> None:
    """Write a value into the address, where the usual one needs no place."""
    if value == usual:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value
