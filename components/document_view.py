"""A document opened: each page beside its passages, and a passage boxed where it stands on the page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import streamlit as st

from components import (
    collection_panel,
    document_actions,
    document_table,
    jobs,
    layout,
    preview,
    session,
)
from components.answer import scroll_to
from components.document_actions import PAGE, PASSAGE
from components.escaping import label, markup
from components.evidence import marked
from components.texts_files import DocumentPage
from components.texts_pages import Files
from components.translation import sentence
from components.writing import clock, counted, day, number
from domain.documents import DocumentStatus, MediaType
from domain.errors import EvidentiaError, NotFound
from domain.users import User
from services import collections, documents, setup
from services.documents import PASSAGES_AT_ONCE, Document, Passage
from services.installation import Installation

_NUMBER = "document_page_number"
_PART = "document_part"
_DIGITS = 7
_AROUND = 1
_MOST_TEXT = 20_000
_NOTES_OPEN = 3
_ZONES = (1.15, 1)

_STYLE = """
<style>
.dv-text {font-size: .92rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0;}
.dv-text mark {background: light-dark(#D3ECEA, #1B4946); color: inherit; border-radius: 3px;}
[class*="st-key-passage_"] {position: relative; background: light-dark(#FFFFFF, #161D27);}
[class*="st-key-passage_"] button {padding: 0; min-height: 0; text-align: left;}
[class*="st-key-passage_closed"] button::after {content: ""; position: absolute; inset: 0;}
[class*="st-key-passage_closed"]:hover {border-color: light-dark(#0F6E6E, #4FB9B3);}
[class*="st-key-passage_closed"] :is([data-testid="stButton"], [data-testid="stElementContainer"], button)
  {position: static;}
[class*="st-key-passage_open"] {border-color: light-dark(#0F6E6E, #4FB9B3);
  box-shadow: 0 0 0 2px light-dark(#E3F2F1, #153533);}
.st-key-document_page {scroll-margin-top: 4.2rem;}
@media (min-width: 641px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-document_page) {position: sticky; top: 3.4rem;}
  .st-key-document_page {max-height: calc(100vh - 4.4rem); overflow-y: auto;}
}
</style>
"""


def named() -> str | None:
    """The document that the page's address names, if it names one."""
    return st.query_params.get(document_actions.OPENED)


def draw(installation: Installation, user: User, document_id: str) -> None:
    """Draw the document, or one sentence when there is none that ``user`` may read."""
    st.button(
        DocumentPage.BACK,
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=document_actions.close_document,
    )
    try:
        document = documents.get(installation, user, document_id)
        collection = collections.get(installation, user, document.collection_id)
    except NotFound as error:
        layout.error_box(error)
        return
    if document.status is DocumentStatus.DELETING:
        st.info(DocumentPage.DELETING.format(name=label(document.name)), icon=":material/delete:")
        return
    # The way back leads to the list that it is in.
    collection_panel.choose(collection.id)
    st.html(_STYLE)
    _head(installation, user, document, collection.name)
    if document.status is DocumentStatus.READY:
        _pages(document)
    elif document.status is not DocumentStatus.FAILED:
        jobs.progress(document.collection_id, frozenset({document.id}), only=document.id)
        st.caption(DocumentPage.NOT_READ)


def _head(installation: Installation, user: User, document: Document, collection: str) -> None:
    zone = st.context.timezone
    added = document.created_at.astimezone(ZoneInfo(zone)) if zone else document.created_at
    facts = DocumentPage.FACTS.format(
        status=document_table.status_words(document),
        amount=document_actions.amount(document),
        owner=label(document.owner),
        date=f"{day(added)}, {clock(added)}",
        collection=label(collection),
    )
    layout.page_header(label(document.name), facts)
    document_actions.problem()
    with st.container(horizontal=True):
        document_actions.download(installation, user, document)
        if document.may_delete:
            if document.status is DocumentStatus.FAILED:
                document_actions.retry_button([document], "retry_opened", Files.RETRY)
            document_actions.delete_button([document])
    if document.status is DocumentStatus.FAILED:
        reason = DocumentPage.FAILED.format(reason=label(sentence(document.error or "")))
        st.error(reason, icon=":material/error:")
    if document.warnings:
        number = len(document.warnings)
        with st.expander(
            DocumentPage.NOTES.format(number=number), expanded=number <= _NOTES_OPEN, icon=":material/info:"
        ):
            st.markdown("\n".join(f"- {label(sentence(warning))}" for warning in document.warnings))


@st.fragment
def _pages(document: Document) -> None:
    user = session.require(fragment=True)
    installation = setup.current()
    try:
        page, first = _place(installation, user, document)
        shown, total = documents.passages(installation, user, document.id, page, first=first)
    except EvidentiaError as error:
        layout.error_box(error)
        return
    chosen = next((p for p in shown if p.id == st.query_params.get(PASSAGE)), None)
    _navigation(page, document.pages or 1)
    left, right = st.columns(_ZONES, gap="medium")
    with left, st.container(border=True, key="document_page"):
        _page(installation, user, document, page, shown, chosen)
    with right:
        _passages(page, shown, first, total, chosen)


def _place(installation: Installation, user: User, document: Document) -> tuple[int, int]:
    """The page to show, and how many of its passages to pass over; where the address says nothing, none."""
    asked, passage = st.query_params.get(PAGE, ""), st.query_params.get(PASSAGE)
    page = int(asked) if asked.isdecimal() and len(asked) < _DIGITS else None
    part = 1
    if passage:
        try:
            number, before = documents.place_of(installation, user, document.id, passage)
        except NotFound:
            st.caption(DocumentPage.PASSAGE_GONE)
        else:
            if page in (None, number):
                page, part = number, before // PASSAGES_AT_ONCE + 1
    page = max(1, min(page or 1, document.pages or 1))
    part = st.session_state.get(f"{_PART}_{page}", part)
    return page, (part - 1) * PASSAGES_AT_ONCE


def _navigation(page: int, pages: int) -> None:
    if pages == 1:
        return
    st.session_state[_NUMBER] = page
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="document_navigation"):
        st.button(
            DocumentPage.PREVIOUS,
            help=DocumentPage.PREVIOUS_HELP,
            shortcut="Left",
            disabled=page <= 1,
            on_click=_go,
            args=(page - 1,),
        )
        st.number_input(
            DocumentPage.PAGE,
            min_value=1,
            max_value=pages,
            key=_NUMBER,
            label_visibility="collapsed",
            width=96,
            on_change=_go,
        )
        st.markdown(DocumentPage.OF.format(pages=number(pages)), width="content")
        st.button(
            DocumentPage.NEXT,
            help=DocumentPage.NEXT_HELP,
            shortcut="Right",
            disabled=page >= pages,
            on_click=_go,
            args=(page + 1,),
        )


def _go(page: int | None = None) -> None:
    st.query_params[PAGE] = str(page or st.session_state[_NUMBER])
    if PASSAGE in st.query_params:
        del st.query_params[PASSAGE]


def _page(
    installation: Installation,
    user: User,
    document: Document,
    page: int,
    shown: list[Passage],
    chosen: Passage | None,
) -> None:
    if chosen is not None:
        scroll_to("scroll_document_page", "document_page", chosen.id, narrow_only=True)
    if document.media_type == MediaType.PDF:
        preview.whole(installation, user, document.id, page, chosen.boxes(page) if chosen else [])
        return
    text = _text(user.id, document.id, page, installation, user)
    st.html(f'<p class="dv-text">{_excerpt(text, shown, chosen)}</p>')


@st.cache_data(max_entries=16, ttl=600, show_spinner=False)
def _text(
    user_id: str,  # noqa: ARG001 - what one person was shown is not kept for another
    document_id: str,
    page: int,
    _installation: Installation,
    _user: User,
) -> str:
    return documents.page_text(_installation, _user, document_id, page) or ""


def _excerpt(text: str, shown: list[Passage], chosen: Passage | None) -> str:
    """The text around the chosen passage, or the first ones, as HTML with the chosen one marked."""
    middle = shown.index(chosen) if chosen else 0
    near = shown[max(0, middle - _AROUND) : middle + _AROUND + 2]
    if not near:
        return markup(text[:_MOST_TEXT])
    start = max(0, text.find(near[0].text))
    end = text.find(near[-1].text, start) + len(near[-1].text)
    if end < start or near[-1].text not in text:
        text, start = "\n\n".join(passage.text for passage in near), 0
        end = len(text)
    mark = text.find(chosen.text, start, end) if chosen else -1
    quotes = ((mark, mark + len(chosen.text)),) if chosen and mark >= 0 else ()
    before, after = "… " if start else "", " …" if end < len(text.rstrip()) else ""
    return f"{before}{marked(text, quotes, start, end)}{after}"


def _passages(page: int, shown: list[Passage], first: int, total: int, chosen: Passage | None) -> None:
    if total > PASSAGES_AT_ONCE:
        last = min(first + PASSAGES_AT_ONCE, total)
        st.caption(DocumentPage.PART.format(first=first + 1, last=last, total=number(total)))
        parts = -(-total // PASSAGES_AT_ONCE)
        st.pagination(parts, default=first // PASSAGES_AT_ONCE + 1, key=f"{_PART}_{page}")
    elif total:
        st.caption(DocumentPage.PASSAGES_ON.format(number=counted(total, "passage")))
    else:
        st.caption(DocumentPage.NO_PASSAGES)
    for passage in shown:
        _card(page, passage, is_open=passage == chosen)


def _card(page: int, passage: Passage, *, is_open: bool) -> None:
    state = "open" if is_open else "closed"
    with st.container(border=True, gap="xxsmall", key=f"passage_{state}_{passage.number}"):
        st.button(
            _title(page, passage),
            key=f"passage_choose_{passage.id}",
            type="tertiary",
            wrap=True,
            help=DocumentPage.UNCHOOSE_HELP if is_open else DocumentPage.CHOOSE_HELP,
            on_click=_choose,
            args=(None if is_open else passage.id,),
        )
        st.html(f'<p class="dv-text">{markup(passage.text)}</p>')


def _title(page: int, passage: Passage) -> str:
    parts = [f"**{passage.number}**"]
    if passage.context:
        parts.append(label(passage.context))
    if passage.page != page:
        parts.append(DocumentPage.CONTINUED.format(page=passage.page))
    return " · ".join(parts)


def _choose(passage_id: str | None) -> None:
    if passage_id is not None:
        st.query_params[PASSAGE] = passage_id
    elif PASSAGE in st.query_params:
        del st.query_params[PASSAGE]
