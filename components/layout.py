"""The shell around every page's own content: style, header, empty state, error box."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import escaping
from components.texts import APP_NAME, Brand, Errors
from components.translation import sentence
from domain.errors import EvidentiaError
from services import logs

# A file, not a Material icon: the browser would fetch that one from the internet.
ICON = str(Path(__file__).with_name("icon.svg"))
FORM_WIDTH = 420
READING_WIDTH = 720
_log = logging.getLogger(__name__)

# What the theme has no options for; the library's sign-in button cannot be made a primary one otherwise.
_STYLE = """
<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-evidentia_cookie),
[data-testid="stLayoutWrapper"]:has(> .st-key-evidentia_theme) {
  position: absolute; width: 0; height: 0; overflow: hidden;
}
[data-testid="stMainBlockContainer"] {padding-top: 3.2rem; padding-bottom: 3rem;}
@media (max-width: 640px) {[data-testid="stMainBlockContainer"] {padding-top: 4.8rem;}}
.st-key-evidentia_narrow {padding-top: 7vh;}
.st-key-evidentia_narrow [data-testid="stFormSubmitButton"] button {
  width: 100%; color: #FFFFFF; border-color: transparent; background: light-dark(#0F6E6E, #1B837E);
}
.st-key-evidentia_narrow [data-testid="stFormSubmitButton"] button:hover {filter: brightness(1.1);}
button[data-variant="segmented_control"][data-selected="true"] p {color: light-dark(#0F6E6E, #4FB9B3);}
.evidentia-brand {display: flex; align-items: center; gap: .6rem; margin: 0 0 .4rem;
  font-weight: 650; font-size: 1.35rem; letter-spacing: -.01em;}
.evidentia-brand img {width: 2rem; height: 2rem;}
.evidentia-muted {opacity: .75; margin: 0;}
</style>
"""


def style() -> None:
    """Apply the few rules of style that the theme cannot express; once per run."""
    st.html(_STYLE)


def page_header(title: str, subtitle: str = "") -> None:
    """The title of a page, with one line below it that says what the page is about."""
    st.title(title, anchor=False)
    if subtitle:
        st.caption(subtitle)


def narrow() -> DeltaGenerator:
    """A column of a form's width in the middle of the page."""
    middle = st.container(horizontal_alignment="center", key="evidentia_narrow")
    return middle.container(width=FORM_WIDTH)


def brand() -> None:
    """The app's name with what it is for, above a form."""
    icon = base64.b64encode(Path(ICON).read_bytes()).decode()
    st.html(
        f'<p class="evidentia-brand"><img alt="" src="data:image/svg+xml;base64,{icon}">{APP_NAME}</p>'
        f'<p class="evidentia-muted">{Brand.TAGLINE}</p>'
    )


def empty_state(
    icon: str, title: str, text: str, action: str = "", on_click: Callable[[], None] | None = None
) -> bool:
    """What an empty page is for, and the first thing to do; returns whether the action was clicked.

    ``icon`` is a Material icon such as ``:material/description:``; without ``action`` there is no button.
    """
    with st.container(border=True):
        st.markdown(f"### {icon} {title}")
        st.markdown(text)
        if not action:
            return False
        return st.button(action, type="primary", on_click=on_click, key=f"empty_{title}")


def said(text: str) -> str:
    """A sentence of a service in the language of the session, for a place that reads Markdown."""
    return escaping.label(sentence(text))


def error_box(error: EvidentiaError) -> None:
    """Show the sentence of an error that was written for people."""
    st.error(said(error.message), icon=":material/error:")


def unexpected_error(error: Exception) -> bool:
    """Log an error that nobody foresaw and show a sentence with its reference; used by the server.

    Errors written for people show their own sentence. Always ``True``: nothing else is to be shown.
    """
    if isinstance(error, EvidentiaError):
        _log.warning("refused: %s", error, exc_info=error)
        error_box(error)
        return True
    with logs.request() as reference:
        _log.error("unexpected error in a page", exc_info=error)
    st.error(Errors.UNEXPECTED.format(id=reference), icon=":material/error:")
    return True
