"""Pictures of pages with passages boxed on them, drawn once for each user and kept for a while."""

from __future__ import annotations

import io

import streamlit as st
from PIL import Image

from components.texts_files import DocumentPage
from components.texts_pages import Evidence
from domain.documents import Rectangle
from domain.errors import NotFound
from domain.users import User
from services import documents
from services.installation import Installation

_AROUND = 0.05  # of the page's height, above and below the boxes
_LEAST = 0.22  # of the page's height
_BESIDE, _LEAST_WIDTH = 0.02, 0.5  # of the page's width
_EXCERPT_PX, _WHOLE_PX = 1000, 1300

Box = tuple[float, float, float, float]


def excerpt(
    installation: Installation, user: User, document_id: str, page: int, boxes: list[Rectangle]
) -> None:
    """Draw the part of a page that holds ``boxes``, or say that there is no picture."""
    picture = _picture(installation, user, document_id, page, boxes, _EXCERPT_PX)
    _draw(picture and _cut(picture, _as_tuples(boxes)), page, boxes)


def whole(
    installation: Installation, user: User, document_id: str, page: int, boxes: list[Rectangle]
) -> None:
    """Draw a whole page with ``boxes`` marked, or say that there is no picture."""
    _draw(_picture(installation, user, document_id, page, boxes, _WHOLE_PX), page, boxes)


def _draw(picture: bytes | None, page: int, boxes: list[Rectangle]) -> None:
    if picture is None:
        st.caption(Evidence.NO_PICTURE)
    else:
        alt = Evidence.PICTURE_ALT if boxes else DocumentPage.PICTURE
        st.image(picture, width="stretch", alt=alt.format(page=page))


def _picture(
    installation: Installation,
    user: User,
    document_id: str,
    page: int,
    boxes: list[Rectangle],
    width_px: int,
) -> bytes | None:
    try:
        # Asked anew each time: what is kept must not outlive the right to see it.
        documents.get(installation, user, document_id)
        return _rendered(user.id, document_id, page, _as_tuples(boxes), width_px, installation, user)
    except NotFound:
        return None


def _as_tuples(boxes: list[Rectangle]) -> tuple[Box, ...]:
    return tuple((box.left, box.top, box.right, box.bottom) for box in boxes)


@st.cache_data(max_entries=48, ttl=1800, show_spinner=False)
def _rendered(
    user_id: str,  # noqa: ARG001 - what one person was shown is not kept for another
    document_id: str,
    page: int,
    boxes: tuple[Box, ...],
    width_px: int,
    _installation: Installation,
    _user: User,
) -> bytes | None:
    marked = [Rectangle(*box) for box in boxes]
    return documents.page_image(_installation, _user, document_id, page, marked, width_px)


@st.cache_data(max_entries=48, ttl=1800, show_spinner=False)
def _cut(picture: bytes, boxes: tuple[Box, ...]) -> bytes:
    """The part of a page's picture that holds the boxes, with some of what is around them."""
    left = max(0.0, min((box[0] for box in boxes), default=0.0) - _BESIDE)
    right = min(1.0, max(left + _LEAST_WIDTH, max((box[2] for box in boxes), default=1.0) + _BESIDE))
    top = max(0.0, min((box[1] for box in boxes), default=0.0) - _AROUND)
    bottom = min(1.0, max((box[3] for box in boxes), default=_LEAST) + _AROUND)
    missing = max(0.0, _LEAST - (bottom - top)) / 2
    top, bottom = max(0.0, top - missing), min(1.0, bottom + missing)
    with Image.open(io.BytesIO(picture)) as page:
        width, height = page.size
        part = page.crop(
            (round(left * width), round(top * height), round(right * width), round(bottom * height))
        )
    output = io.BytesIO()
    part.save(output, "PNG", compress_level=1)
    return output.getvalue()
