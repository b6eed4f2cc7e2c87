"""A whole page with its passage boxed, over the page that shows it; leafing to the pages around it."""

from __future__ import annotations

import streamlit as st

from components import preview, session
from components.escaping import label
from components.layout import error_box
from components.texts_pages import Evidence
from domain.errors import NotFound
from services import documents, run_evidence, setup
from services.run_evidence import EvidenceCard

_PAGE = "page_dialog_page"


def show(card: EvidenceCard, page: int) -> None:
    """Open the dialog at ``page`` of the document of ``card``."""
    st.session_state[_PAGE] = page
    st.dialog(Evidence.WHOLE_PAGE, width="large")(_draw)(card)


def _draw(card: EvidenceCard) -> None:
    user = session.require(fragment=True)
    installation = setup.current()
    try:
        document = documents.get(installation, user, card.document_id)
    except NotFound as error:
        error_box(error)
        return
    page, last = int(st.session_state[_PAGE]), document.pages or 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{label(document.name)}**", width="stretch")
        _leaf(Evidence.PREVIOUS, ":material/chevron_left:", page - 1, page > 1)
        st.caption(Evidence.PAGE_OF.format(page=page, last=last), width="content")
        _leaf(Evidence.NEXT, ":material/chevron_right:", page + 1, page < last)
    preview.whole(installation, user, card.document_id, page, run_evidence.boxes(card).get(page, []))


def _leaf(text: str, icon: str, page: int, possible: bool) -> None:
    st.button(
        text,
        icon=icon,
        key=f"page_dialog_{icon}",
        type="tertiary",
        disabled=not possible,
        on_click=st.session_state.update,
        args=({_PAGE: page},),
    )
