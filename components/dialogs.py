"""Dialogs that stay open while the page below is drawn anew, until they are closed or their work is done."""

from __future__ import annotations

from itertools import count
from typing import Any

import streamlit as st

_OPEN = "evidentia_dialog"
_rounds = count(1)


def open_dialog(name: str, **what: Any) -> None:
    """Have the dialog ``name`` drawn from the next run on, with ``what`` it is about. Use it as ``on_click``.

    Its ``round`` is a new number each time: in its widgets' keys it keeps what was typed from coming back.
    """
    st.session_state[_OPEN] = {"name": name, "round": next(_rounds), **what}


def opened(*names: str) -> dict[str, Any] | None:
    """What the open dialog is about, if it is one of ``names``."""
    found: dict[str, Any] | None = st.session_state.get(_OPEN)
    return found if found is not None and found["name"] in names else None


def close() -> None:
    """Draw no dialog any more. Use it as ``on_dismiss`` and before ``st.rerun``."""
    st.session_state.pop(_OPEN, None)
