"""Texts in the language of the person who looks: English where they are defined, others beside it.

A class of texts derives from ``Texts``; reading one of its names gives the sentence in the language of the
session that asks. So texts are read while a page is drawn, never when a module is imported.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

ENGLISH = "en"
LANGUAGES = {"en": "English", "fr": "Français"}
_KEY = "evidentia_language"
_CATALOGUES: dict[str, dict[str, dict[str, Any]]] = {}


def register(language: str, name: str, texts: dict[str, Any]) -> None:
    """Add the translations of one class of texts: its name, and text by the name of its attribute."""
    _CATALOGUES.setdefault(language, {})[name] = texts


def translations(language: str) -> dict[str, dict[str, Any]]:
    """What is translated into ``language``: texts by class and attribute."""
    return _CATALOGUES.get(language, {})


def language() -> str:
    """The language of the session that is being drawn: the chosen one, else the browser's, else English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    chosen = st.session_state.get(_KEY)
    if chosen in LANGUAGES:
        return str(chosen)
    preferred = (st.context.locale or ENGLISH).partition("-")[0].lower()
    return preferred if preferred in LANGUAGES else ENGLISH


def choose(code: str | None) -> None:
    """Draw this session in the language ``code`` from now on; ``None`` leaves it to the browser."""
    if code is None:
        st.session_state.pop(_KEY, None)
    else:
        st.session_state[_KEY] = code


class _Translated(type):
    def __getattribute__(cls, name: str) -> Any:
        value = super().__getattribute__(name)
        if not name.isupper() or not _CATALOGUES or name.startswith("_"):
            return value
        spoken = language()
        if spoken == ENGLISH:
            return value
        return _CATALOGUES.get(spoken, {}).get(cls.__name__, {}).get(name, value)


class Texts(metaclass=_Translated):
    """Base of every class of texts."""
