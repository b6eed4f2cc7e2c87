"""The information panel of a run: how far to trust its answer, and the passages that it rests on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components import page_dialog, preview, session, writing
from components.answer import scroll_to
from components.escaping import markup
from components.texts_pages import Evidence, counted
from domain.evidence import Scores
from domain.users import User
from services import run_evidence, setup
from services.run_evidence import EvidenceCard
from services.runs import Run

_OPENED = "evidence_opened"
_PROBABLY = 2 / 3
_EXCERPT = 340
_BEFORE = 110

_STYLE = """
<style>
.ev-box, .ev-card {--ok: light-dark(#15803D, #5CC98A); --weak: light-dark(#A35200, #E3A75A);
  --bad: light-dark(#B3261E, #F08A82); --line: light-dark(#E4E6EB, #27313F);
  --soft: light-dark(#5B6577, #9AA6B8); --accent: light-dark(#0F6E6E, #4FB9B3);
  --tint: light-dark(#E3F2F1, #153533); --mark: light-dark(#FFF0B8, #5A4A12);}
.ev-box {display: flex; align-items: center; gap: 16px;}
.ev-ring {flex: none; width: 64px; height: 64px; border-radius: 50%; display: grid; place-items: center;}
.ev-ring b {width: 50px; height: 50px; border-radius: 50%; display: grid; place-items: center;
  background: light-dark(#FFFFFF, #161D27); font-size: .98rem; font-weight: 650;}
.ev-parts {flex: 1; min-width: 0; font-size: .82rem; color: var(--soft);}
.ev-parts strong {display: block; font-size: .98rem; font-weight: 650; margin-bottom: 4px;
  color: light-dark(#1C2433, #E7EBF2);}
.ev-parts div {display: flex; justify-content: space-between;}
.ev-parts .bar {display: block; height: 5px; border-radius: 3px; background: var(--line); margin: 1px 0 5px;}
.ev-parts .bar i {display: block; height: 5px; border-radius: 3px; background: var(--accent);}
.ev-note {font-size: .8rem; color: var(--soft); margin: 8px 0 0;}
.ev-head {display: flex; gap: 8px; align-items: baseline; font-size: .92rem; margin-bottom: 4px;}
.ev-head .num {flex: none; font-size: .74rem; font-weight: 700; color: var(--accent);
  background: var(--tint); border-radius: 5px; padding: 1px 6px;}
.ev-head .name {flex: 1; min-width: 0; font-weight: 600; overflow-wrap: anywhere;}
.ev-head .page {flex: none; max-width: 45%; color: var(--soft); font-size: .82rem; text-align: right;}
.ev-section {font-size: .8rem; color: var(--soft); margin: 2px 0 6px; overflow-wrap: anywhere;}
.ev-text {font-size: .92rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0;}
.ev-text b {font-weight: 600;}
.ev-text mark {background: var(--mark); color: inherit; border-radius: 3px; padding: 0 1px;}
.ev-scores {display: grid; grid-template-columns: repeat(auto-fit, minmax(54px, 1fr)); gap: 4px 6px;
  margin-top: 10px; font-size: .76rem; color: var(--soft);}
.ev-scores span {cursor: help;}
.ev-scores b {display: block; font-weight: 500; font-variant-numeric: tabular-nums;
  color: light-dark(#1C2433, #E7EBF2);}
.ev-scores .first b {font-weight: 700;}
[class*="st-key-evidence_card_open"] {border-color: light-dark(#0F6E6E, #4FB9B3);
  box-shadow: 0 0 0 2px light-dark(#E3F2F1, #153533);}
[class*="st-key-evidence_card"], .st-key-evidence_confidence {background: light-dark(#FFFFFF, #161D27);}
</style>
"""


def evidence_panel(run: Run, user: User) -> None:
    """Draw a run's confidence with its parts, and its evidence cards: the cited ones first.

    One card is open: the first, or the one that was chosen by ``show`` or a click. It has the whole
    passage and the page with the passage boxed; the others an excerpt. ``user`` is who looks.
    """
    st.html(_STYLE)
    with st.container(key="evidence_panel"):
        if not run.state.is_final:
            st.caption(Evidence.RUNNING)
            return
        if run.answer is not None:
            _confidence(run)
        if run.evidence:
            _cards(run, user)
        else:
            st.caption(Evidence.NONE)


@st.fragment
def panel_alone(run: Run) -> None:
    """The panel as a fragment: a click in it draws only itself anew."""
    evidence_panel(run, session.require(fragment=True))


def empty_panel() -> None:
    """Say what the panel is for, where there is no run yet."""
    with st.container(key="evidence_panel"), st.container(border=True):
        st.caption(Evidence.EMPTY)


def show(run_id: str, number: int) -> None:
    """Open the card that citation ``number`` of a run points to. Use it in a callback."""
    st.session_state[_OPENED] = (run_id, "number", number)


def chosen_number(run_id: str) -> int | None:
    """The citation of this run whose card was opened by ``show``."""
    opened = st.session_state.get(_OPENED)
    return opened[2] if opened is not None and opened[:2] == (run_id, "number") else None


def verdict(run: Run) -> str:
    """The confidence in words."""
    if run.abstained:
        return Evidence.ABSTAINED
    return confidence_word(run.confidence)


def confidence_word(value: float | None) -> str:
    """A confidence in words: thirds of [0, 1], or that there is none."""
    if value is None:
        return Evidence.UNKNOWN
    if value >= _PROBABLY:
        return Evidence.RIGHT
    return Evidence.UNCERTAIN if value >= 1 - _PROBABLY else Evidence.WRONG


def score(value: float | None) -> str:
    """A score as shown: two digits, or "n/a" when it was not computed."""
    return Evidence.NOT_AVAILABLE if value is None else writing.decimal(value)


def _confidence(run: Run) -> None:
    value = run.confidence
    percent = Evidence.NOT_AVAILABLE if value is None else writing.percent(value)
    colour = {Evidence.RIGHT: "--ok", Evidence.UNCERTAIN: "--weak", Evidence.WRONG: "--bad"}
    used = "--soft" if run.abstained else colour.get(confidence_word(value), "--soft")
    ring = f"conic-gradient(var({used}) 0 {(value or 0) * 100:.1f}%, var(--line) 0)"
    # An abstained answer was not shown: what its estimate was made of would say nothing about this one.
    shown = {} if run.abstained else run.confidence_parts
    parts = "".join(_part(name, amount) for name, amount in shown.items())
    note = Evidence.CALIBRATED if value is not None and run.calibration else ""
    if run.abstained and value is not None:
        note = f"{Evidence.ABSTAINED_HELP.format(value=percent)} {note}"
    below = f'<p class="ev-note">{markup(note)}</p>' if note else ""
    with st.container(border=True, key="evidence_confidence"):
        st.html(
            f'<div class="ev-box"><div class="ev-ring" style="background: {ring}" '
            f'title="{markup(_confidence_help(run))}"><b>{percent}</b></div>'
            f'<div class="ev-parts"><strong>{markup(verdict(run))}</strong>{parts}'
            f"{below}</div></div>"
        )


def _confidence_help(run: Run) -> str:
    if run.confidence is None:
        return Evidence.UNKNOWN_HELP
    percent = writing.percent(run.confidence)
    if run.abstained:
        return Evidence.ABSTAINED_HELP.format(value=percent)
    return Evidence.CONFIDENCE_HELP.format(value=percent, tenths=f"{run.confidence * 10:.0f}")


def _part(name: str, value: float | None) -> str:
    title, explanation = Evidence.PARTS.get(name, (name, ""))
    return (
        f'<div title="{markup(explanation)}"><span>{markup(title)}</span><span>{score(value)}</span></div>'
        f'<span class="bar"><i style="width: {(value or 0) * 100:.0f}%"></i></span>'
    )


def _cards(run: Run, user: User) -> None:
    cited = sorted((card for card in run.evidence if card.numbers), key=lambda card: min(card.numbers))
    others = [card for card in run.evidence if not card.numbers]
    opened = _opened(run, cited + others)
    for card in cited:
        _card(run, card, user, is_open=card.rank == opened)
    if others:
        if cited:
            st.caption(Evidence.UNCITED.format(number=counted(len(others), "passage")))
        for card in others:
            _card(run, card, user, is_open=card.rank == opened)
    number = chosen_number(run.id)
    if number is not None:
        # In a long panel the card may be out of sight.
        scroll_to("scroll_card", f"evidence_card_open_{opened}", f"{run.id} {number}", block="nearest")
    with st.popover(Evidence.ABOUT_SCORES, type="tertiary"):
        for title, explanation in Evidence.SCORES.values():
            st.markdown(f"**{title}** — {explanation}")
        st.markdown(Evidence.NOT_COMPUTED)


def _opened(run: Run, cards: list[EvidenceCard]) -> int:
    run_id, kind, value = st.session_state.get(_OPENED, ("", "", 0))
    if run_id == run.id:
        chosen = [c for c in cards if (value in c.numbers if kind == "number" else c.rank == value)]
        if chosen:
            return chosen[0].rank
    return cards[0].rank


def _open(run_id: str, rank: int) -> None:
    st.session_state[_OPENED] = (run_id, "rank", rank)


def _card(run: Run, card: EvidenceCard, user: User, *, is_open: bool) -> None:
    state = "open" if is_open else "closed"
    with st.container(border=True, gap="small", key=f"evidence_card_{state}_{card.rank}"):
        st.html(
            f'<div class="ev-card">{_head(card)}{_passage(card, whole=is_open)}{_scores(card.scores)}</div>'
        )
        if card.text is None:
            return
        if is_open:
            _page(card, user)
        else:
            st.button(
                Evidence.SHOW_PAGE,
                key=f"evidence_show_{run.id}_{card.rank}",
                type="tertiary",
                icon=":material/pageview:",
                on_click=_open,
                args=(run.id, card.rank),
            )


def _head(card: EvidenceCard) -> str:
    numbers = "".join(f'<span class="num">{number}</span>' for number in card.numbers)
    name = card.document_name if card.document_name is not None else Evidence.DELETED
    # The name says it already where a document has neither title nor sections.
    tells_more = card.context and card.context != Path(name).stem
    section = f'<p class="ev-section">{markup(card.context)}</p>' if tells_more else ""
    return (
        f'<div class="ev-head">{numbers}<span class="name">{markup(name)}</span>'
        f'<span class="page">{markup(page_words(card.page, card.page_label))}</span></div>{section}'
    )


def page_words(page: int, printed: str | None) -> str:
    """A page by what is printed on it, and by its place in the file where the two differ."""
    if printed is None or printed.strip() in ("", str(page)):
        return Evidence.PAGE.format(page=page)
    return Evidence.PAGE_LABEL.format(label=printed.strip(), page=page)


def _passage(card: EvidenceCard, *, whole: bool) -> str:
    if card.text is None:
        return f'<p class="ev-section">{markup(Evidence.DELETED_HELP)}</p>'
    start, end = (0, len(card.text)) if whole else _excerpt(card.text, card.quotes)
    return (
        f'<p class="ev-text">{"… " if start else ""}{marked(card.text, card.quotes, start, end, card.words)}'
        f"{' …' if end < len(card.text) else ''}</p>"
    )


def _excerpt(text: str, quotes: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Where to cut a passage short: around its first quote, at spaces."""
    first = min((quote[0] for quote in quotes), default=0)
    last = min((quote[1] for quote in quotes if quote[0] == first), default=0)
    start = max(0, first - _BEFORE)
    if start:
        start = text.find(" ", start, first) + 1 or first
    end = max(last, start + _EXCERPT)
    if end >= len(text):
        return start, len(text)
    space = text.find(" ", end, end + 30)
    return start, space if space > 0 else end


def marked(
    text: str,
    quotes: tuple[tuple[int, int], ...],
    start: int = 0,
    end: int | None = None,
    words: tuple[tuple[int, int], ...] = (),
) -> str:
    """Characters ``start`` to ``end`` of a passage as HTML, all escaped.

    Its quoted spans are marked, and so, more lightly, are the ``words`` that the question has too.
    """
    end = len(text) if end is None else end
    pieces, position = [], start
    for first, last in sorted(quotes):
        first, last = max(first, position), min(last, end)
        if first < last:
            pieces.append(_lightly(text, position, first, words))
            pieces.append(f"<mark>{_lightly(text, first, last, words)}</mark>")
            position = last
    return "".join(pieces) + _lightly(text, position, end, words)


def _lightly(text: str, start: int, end: int, words: tuple[tuple[int, int], ...]) -> str:
    pieces, position = [], start
    for first, last in words:
        if position <= first and last <= end:
            pieces.append(f"{markup(text[position:first])}<b>{markup(text[first:last])}</b>")
            position = last
    return "".join(pieces) + markup(text[position:end])


def _scores(scores: Scores) -> str:
    cells = []
    for name, (title, explanation) in Evidence.SCORES.items():
        value = getattr(scores, name)
        if name == "rerank" and value is None:
            continue
        first = ' class="first"' if name == "relevance" else ""
        cells.append(f'<span{first} title="{markup(explanation)}">{title}<b>{score(value)}</b></span>')
    return f'<div class="ev-scores">{"".join(cells)}</div>'


def _page(card: EvidenceCard, user: User) -> None:
    by_page = run_evidence.boxes(card)
    page = card.page if card.page in by_page or not by_page else min(by_page)
    boxes = by_page.get(page, [])
    installation = setup.current()
    preview.excerpt(installation, user, card.document_id, page, boxes)
    with st.container(horizontal=True):
        if st.button(
            Evidence.WHOLE_PAGE,
            key=f"evidence_whole_{card.rank}",
            type="tertiary",
            icon=":material/fullscreen:",
        ):
            page_dialog.show(card, page)
        if st.button(
            Evidence.OPEN_DOCUMENT,
            key=f"evidence_document_{card.rank}",
            type="tertiary",
            icon=":material/open_in_new:",
            help=Evidence.OPEN_DOCUMENT_HELP,
        ):
            where = {"document": card.document_id, "passage": card.chunk_id}
            st.switch_page("pages/files.py", query_params=where)
