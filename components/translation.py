"""Texts in the language of the person who looks: English where they are defined, others beside it.

A class of texts derives from ``Texts``; reading one of its names gives the sentence in the language of the
session that asks. So texts are read while a page is drawn, never when a module is imported. Sentences that
services write, such as those of errors, are English with values inside; ``sentence`` gives them in the
session's language. A language other than English is a package ``components.<language>`` that registers its
texts, nouns and sentences when it is imported.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

ENGLISH = "en"
LANGUAGES = {"en": "English", "fr": "Français"}
_PACKAGES = {"fr": "components.french"}
_KEY = "evidentia_language"
_CATALOGUES: dict[str, dict[str, dict[str, Any]]] = {}
_NOUNS: dict[str, Mapping[str, tuple[str, str]]] = {}
_SENTENCES: dict[str, Mapping[str, str]] = {}
_PLACE = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"\d[\d,]*(\.\d+)?")
_BETWEEN = re.compile(r"(?<=[.?!]) (?=[A-Z“])")


def register(language: str, name: str, texts: dict[str, Any]) -> None:
    """Add the translations of one class of texts: its name, and text by the name of its attribute."""
    _CATALOGUES.setdefault(language, {})[name] = texts


def register_nouns(language: str, nouns: Mapping[str, tuple[str, str]]) -> None:
    """Add nouns that are counted: the English singular, and one and many of it in ``language``."""
    _NOUNS[language] = nouns


def register_sentences(language: str, sentences: Mapping[str, str]) -> None:
    """Add sentences of services: English and translated, values as named places in braces."""
    _SENTENCES[language] = sentences


def translations(language: str) -> dict[str, dict[str, Any]]:
    """What is translated into ``language``: texts by class and attribute."""
    _load(language)
    return _CATALOGUES.get(language, {})


def nouns(language: str) -> Mapping[str, tuple[str, str]]:
    """One and many of every noun that is counted, by its English singular."""
    _load(language)
    return _NOUNS.get(language, {})


def sentences(language: str) -> Mapping[str, str]:
    """The sentences of services in ``language``, by the English one."""
    _load(language)
    return _SENTENCES.get(language, {})


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


def sentence(text: str) -> str:
    """A sentence that a service wrote in English, in the language of the session; unknown ones stay."""
    return translated(text, language())


@lru_cache(maxsize=2048)
def translated(text: str, spoken: str) -> str:
    """A sentence, or several, in the language ``spoken``; what has no translation stays as it is.

    What stands in its places is kept, but for numbers and for what is translated by itself.
    """
    if spoken == ENGLISH:
        return text
    known = sentences(spoken)
    if text in known:
        return known[text]
    for pattern, translation in _patterns(spoken):
        found = pattern.fullmatch(text)
        if found is not None:
            values = {name: _value(name, value, spoken) for name, value in found.groupdict().items()}
            return _filled(translation, values)
    parts = _BETWEEN.split(text)
    return text if len(parts) == 1 else " ".join(translated(part, spoken) for part in parts)


def _value(name: str, value: str, spoken: str) -> str:
    if name.startswith("number") and _NUMBER.fullmatch(value):
        return value.replace(",", "\u202f").replace(".", ",")
    return translated(value, spoken)


def _filled(text: str, values: Mapping[str, str]) -> str:
    # Not str.format: what stands in the places may hold braces of its own.
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)


@lru_cache(maxsize=len(LANGUAGES))
def _patterns(spoken: str) -> list[tuple[re.Pattern[str], str]]:
    """Sentences with places, those that say most themselves first."""
    found = [(english, text) for english, text in sentences(spoken).items() if _PLACE.search(english)]
    found.sort(key=lambda pair: -len(_PLACE.sub("", pair[0])))
    return [(_pattern(english), text) for english, text in found]


def _pattern(english: str) -> re.Pattern[str]:
    parts, position = [], 0
    for place in _PLACE.finditer(english):
        # An ending may be missing; all else that is said in a place is something.
        some = ".*?" if place[1].startswith("ending") else ".+?"
        parts += [re.escape(english[position : place.start()]), f"(?P<{place[1]}>{some})"]
        position = place.end()
    return re.compile("".join([*parts, re.escape(english[position:])]), re.DOTALL)


@lru_cache(maxsize=len(LANGUAGES))
def _load(spoken: str) -> None:
    if spoken in _PACKAGES:
        importlib.import_module(_PACKAGES[spoken])


class _Translated(type):
    def __getattribute__(cls, name: str) -> Any:
        value = super().__getattribute__(name)
        if not name.isupper() or name.startswith("_"):
            return value
        spoken = language()
        if spoken == ENGLISH:
            return value
        return translations(spoken).get(cls.__name__, {}).get(name, value)


class Texts(metaclass=_Translated):
    """Base of every class of texts."""
