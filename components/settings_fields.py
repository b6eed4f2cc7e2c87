"""The fields of the Settings page: each saves itself, says whose value it shows, and can be reset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from components import layout, session, writing
from components.escaping import label
from components.texts_settings import Settings
from components.translation import LANGUAGES as INTERFACE_LANGUAGES
from domain import preferences as words
from domain.errors import EvidentiaError
from domain.languages import LANGUAGES
from domain.models import ModelKind
from domain.users import User
from services import models, preferences, setup
from services.installation import Installation

ME, EVERYBODY = "me", "all"
PROMPTS = ("instructions", "question_prompt")
INTERFACE = ("theme", "interface")
ANSWERS = tuple(name for name in preferences.NAMES if name not in INTERFACE)
_CHOICES = ("model", "language", "interface")
_DECIMALS = ("weight", "threshold", "temperature")
_REFUSED = "settings_refused"
_THEME_ICONS = {
    "system": ":material/contrast:",
    "light": ":material/light_mode:",
    "dark": ":material/dark_mode:",
}
_OWN_NAMES = {
    "ar": "العربية",
    "bg": "Български",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "es": "Español",
    "et": "Eesti",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
"""Languages as their speakers call them, whatever the language of the pages."""


class Fields:
    """The fields for one's own settings, or for the defaults of everybody."""

    def __init__(self, installation: Installation, user: User, target: str) -> None:
        """Read what is set for ``target``, ``ME`` or ``EVERYBODY``, and what it differs from."""
        self.target = target
        if target == EVERYBODY:
            self.base = preferences.SHIPPED
            self.set = preferences.changed_defaults(installation, user)
        else:
            self.base = preferences.defaults(installation, user)
            self.set = preferences.own(installation, user)
        self.shown = replace(self.base, **self.set)
        self._models = {m.id: m.name for m in models.usable(installation, user, ModelKind.LLM)}

    def model(self) -> None:
        """Which language model answers."""
        self._choice("model", ["", *self._models])

    def method(self) -> None:
        """How a language model comes to an answer, where there is a choice."""
        if len(preferences.methods()) > 1:
            self._choice("method", list(preferences.methods()))

    def whole(self, name: str, low: int, high: int, step: int = 1) -> None:
        """A whole number."""
        self._number(name, min_value=low, max_value=high, step=step)

    def decimal(self, name: str, high: float) -> None:
        """A number from 0 to ``high``; where it may be left as fitted, nothing means that."""
        self._number(name, min_value=0.0, max_value=high, step=0.05, format="%.2f")

    def language(self) -> None:
        """In which language answers are written."""
        codes = sorted(LANGUAGES, key=lambda code: _own_name(code).casefold())
        self._choice("language", [words.LANGUAGE_OF_QUESTION, *codes])

    def interface(self) -> None:
        """In which language the pages are."""
        self._choice("interface", ["", *words.INTERFACE_LANGUAGES])

    def theme(self) -> None:
        """Light, dark or the system's."""
        self._field(
            "theme",
            lambda **options: st.segmented_control(
                options=list(words.THEMES),
                format_func=lambda theme: f"{_THEME_ICONS[theme]} {Settings.THEMES[theme]}",
                required=True,
                **options,
            ),
        )

    def prompt(self, name: str) -> None:
        """A prompt, which is the shipped one until somebody writes another."""
        self._field(name, partial(st.text_area, height=220))

    def reset_all(self, names: tuple[str, ...]) -> None:
        """The way back to the defaults for all of ``names``, after saying which that are."""
        own = [name for name in names if name in self.set]
        everybody = self.target == EVERYBODY
        with st.popover(Settings.RESET_ALL, icon=":material/restart_alt:", type="tertiary"):
            if not own:
                st.markdown(Settings.RESET_NOTHING)
                return
            st.markdown(Settings.RESET_ALL_INTRO_EVERYBODY if everybody else Settings.RESET_ALL_INTRO)
            st.markdown("\n".join(f"- {Settings.NAMES[name]}" for name in own))
            st.button(
                Settings.RESET_ALL,
                key=f"settings_reset_all_{self.target}",
                type="primary",
                on_click=_reset,
                args=(self.target, own),
            )

    def _number(self, name: str, **options: Any) -> None:
        placeholder = Settings.AS_FITTED if getattr(preferences.SHIPPED, name) is None else None
        self._field(name, partial(st.number_input, value=None, placeholder=placeholder, **options))

    def _choice(self, name: str, options: list[str]) -> None:
        self._field(
            name,
            partial(
                st.selectbox, options=options, format_func=lambda value: self._words(name, value or None)
            ),
        )

    def _field(self, name: str, draw: Callable[..., Any]) -> None:
        key = _key(self.target, name)
        refused = st.session_state.get(_REFUSED, {}).get(key)
        if refused is None:
            # What holds, not what was typed: another tab or a reset may have changed it.
            st.session_state[key] = self._value(name)
        with st.container(gap="xxsmall"):
            draw(
                label=Settings.NAMES[name],
                help=Settings.HELP[name],
                key=key,
                on_change=_save,
                args=(self.target, name),
            )
            if refused is not None:
                st.error(layout.said(refused), icon=":material/error:")
            self._status(name, resettable=name in self.set or refused is not None)

    def _value(self, name: str) -> Any:
        value = getattr(self.shown, name)
        if name in PROMPTS and value is None:
            return preferences.shipped_prompts()[name]
        if name in _CHOICES:
            return value or ""
        return float(value) if name in _DECIMALS and value is not None else value

    def _status(self, name: str, *, resettable: bool) -> None:
        everybody = self.target == EVERYBODY
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if name in self.set:
                text = Settings.CHANGED if everybody else Settings.OWN
                default = self._words(name, getattr(self.base, name))
                st.markdown(f":small[:blue[{label(text.format(default=default))}]]", width="content")
            else:
                st.caption(Settings.SHIPPED if everybody else Settings.DEFAULT, width="content")
            if not resettable:
                return
            st.button(
                Settings.RESET,
                key=f"settings_reset_{self.target}_{name}",
                help=Settings.RESET_HELP.format(name=Settings.NAMES[name]),
                type="tertiary",
                icon=":material/undo:",
                on_click=_reset,
                args=(self.target, [name]),
            )

    def _words(self, name: str, value: Any) -> str:
        if name == "model":
            return Settings.DEFAULT_MODEL if value is None else self._models.get(value, value)
        if name == "method":
            return preferences.methods()[value]
        if name == "language":
            return Settings.LANGUAGE_OF_QUESTION if value == words.LANGUAGE_OF_QUESTION else _own_name(value)
        if name == "interface":
            return Settings.BROWSER if value is None else INTERFACE_LANGUAGES[value]
        if name == "theme":
            return Settings.THEMES[value]
        if name in PROMPTS:
            return Settings.SHIPPED_TEXT if value is None else f"“{value[:60]}…”"
        if value is None:
            return Settings.AS_FITTED
        return writing.number(value) if isinstance(value, int) else writing.decimal(value)


def _own_name(code: str) -> str:
    return _OWN_NAMES.get(code, LANGUAGES[code])


def _key(target: str, name: str) -> str:
    return f"settings_{target}_{name}"


def _save(target: str, name: str) -> None:
    user = session.user()
    if user is None:
        return
    key = _key(target, name)
    value = st.session_state[key]
    if name in _CHOICES and value == "":
        value = None
    if name in PROMPTS and value == preferences.shipped_prompts()[name]:
        value = None
    save = preferences.save_defaults if target == EVERYBODY else preferences.save
    try:
        save(setup.current(), user, **{name: value})
    except EvidentiaError as error:
        st.session_state.setdefault(_REFUSED, {})[key] = error.message
        return
    st.session_state.get(_REFUSED, {}).pop(key, None)
    st.toast(Settings.SAVED.format(name=Settings.NAMES[name]), icon=":material/check_circle:")


def _reset(target: str, names: list[str]) -> None:
    user = session.user()
    if user is None:
        return
    everybody = target == EVERYBODY
    (preferences.reset_defaults if everybody else preferences.reset)(setup.current(), user, names)
    for name in names:
        st.session_state.get(_REFUSED, {}).pop(_key(target, name), None)
    done = Settings.RESET_ALL_DONE_EVERYBODY if everybody else Settings.RESET_ALL_DONE
    if len(names) == 1:
        done = Settings.RESET_DONE.format(name=Settings.NAMES[names[0]])
    st.toast(done, icon=":material/check_circle:")
