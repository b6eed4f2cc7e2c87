"""One run, opened from its statistics: the answer, what it rests on, how long it took, and what ran."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from components import analytics_charts, charts, layout, writing
from components.escaping import label
from components.evidence import panel_alone
from components.texts_analytics import Charts, OneRun
from components.texts_pages import counted
from components.writing import decimal, duration
from domain.events import RunState
from domain.evidence import Claim
from domain.users import User
from services import analytics
from services.installation import Installation
from services.runs import Run

_ROWS = 12
_ROW = 33


def one_run(installation: Installation, run: Run, user: User, zone: str) -> None:
    """Draw a run for ``user``, who looks at it; times as a clock in ``zone`` shows them."""
    st.subheader(label(run.question), anchor=False)
    st.caption(_about(run, zone))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _answer(run)
        for note in run.notes:
            st.warning(layout.said(note), icon=":material/info:")
        _facts(run)
        if run.claims:
            _claims(run)
        if run.timings_ms:
            _timings(run)
        if run.candidates:
            _candidates(analytics.candidates(installation, user, run.id))
        if run.search_pipeline:
            _pipelines(run)
    with right:
        panel_alone(run)


def _moment(time: datetime, zone: str) -> str:
    return writing.short_day_and_time(time.astimezone(ZoneInfo(zone)))


def _about(run: Run, zone: str) -> str:
    text = OneRun.ASKED.format(
        user=label(run.user),
        when=_moment(run.created_at, zone),
        model=label(run.model),
        files=counted(run.documents_searched or 0, "file"),
        candidates=counted(run.candidates, "candidate"),
        passages=counted(len(run.evidence), "passage"),
    )
    if run.question_used and run.question_used != run.question:
        text = f"{text}\n\n{OneRun.SEARCHED_AS.format(question=label(run.question_used))}"
    return text


def _answer(run: Run) -> None:
    if run.state is RunState.FAILED:
        st.error(layout.said(run.error or OneRun.NO_ANSWER), icon=":material/error:")
    elif run.state is RunState.STOPPED:
        st.info(OneRun.STOPPED, icon=":material/stop_circle:")
    elif not run.state.is_final:
        st.info(OneRun.UNFINISHED, icon=":material/hourglass_top:")
    elif run.abstained:
        st.warning(OneRun.ABSTAINED, icon=":material/help:")
    if run.answer and not run.abstained:
        with st.container(border=True):
            if run.partial:
                st.caption(f":material/content_cut: {OneRun.PARTIAL}")
            for paragraph in filter(None, map(str.strip, run.answer.split("\n"))):
                st.markdown(label(paragraph))
    elif run.state is RunState.DONE and not run.abstained:
        st.caption(OneRun.NO_ANSWER)


def _facts(run: Run) -> None:
    """What is known of the answer besides its text, a line each; nothing of what is not."""
    facts = []
    if run.fallback_from:
        facts.append(OneRun.FALLBACK.format(model=label(run.model), failed=label(run.fallback_from)))
    if run.prompt_tokens is not None or run.answer_tokens is not None:
        numbers = [
            Charts.NOT_AVAILABLE if n is None else writing.number(n)
            for n in (run.prompt_tokens, run.answer_tokens)
        ]
        facts.append(OneRun.TOKENS.format(prompt=numbers[0], answer=numbers[1]))
    if run.certainty is not None:
        facts.append(OneRun.CERTAINTY.format(certainty=decimal(run.certainty)))
    if run.feedback is not None:
        facts.append(OneRun.GOOD if run.feedback > 0 else OneRun.BAD)
        if run.feedback_reason:
            facts[-1] += f" “{label(run.feedback_reason)}”"
    if run.superseded_by:
        facts.append(OneRun.AGAIN)
    if facts:
        st.caption("  \n".join(facts))


def _claims(run: Run) -> None:
    """Each sentence of the answer with whether its cited passages support it."""
    supported = sum(claim.supported is True for claim in run.claims)
    title = OneRun.CLAIMS.format(
        supported=writing.number(supported), total=counted(len(run.claims), "statement")
    )
    with st.container(border=True, gap="small"):
        st.markdown(f"**{title}**", help=OneRun.CLAIMS_HELP)
        for claim in run.claims:
            numbers = "".join(f" \\[{number}\\]" for number in claim.citations)
            icon, words = OneRun.SUPPORT[_support(claim)]
            st.markdown(f"{icon} {label(claim.text)}{numbers}", help=words)


def _support(claim: Claim) -> str:
    if claim.supported is None:
        return "unknown"
    if claim.supported:
        return "supported"
    return "weak" if claim.weak else "unsupported"


def _candidates(found: pd.DataFrame) -> None:
    """All passages that were weighed, and what ranking them again has changed."""
    evidence = found.dropna(subset="rank")
    moved = int((evidence["rank"] != evidence["fused_rank"]).sum())
    text = OneRun.CANDIDATES_MOVED if moved else OneRun.CANDIDATES
    title = text.format(
        passages=counted(len(evidence), "passage"),
        total=writing.number(len(found)),
        moved=writing.number(moved),
    )
    with st.container(border=True, gap="small"):
        st.markdown(f"**{title}**", help=OneRun.CANDIDATES_HELP)
        shown = found.dropna(axis="columns", how="all") if len(found) else found
        st.dataframe(
            shown,
            hide_index=True,
            height="content" if len(shown) < _ROWS else _ROWS * _ROW,
            column_config=_columns(shown),
            placeholder=Charts.NOT_AVAILABLE,
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            charts.download(shown, "candidates")


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    names = {name: OneRun.COLUMNS[name] for name in frame.columns}
    scores = {"relevance", "rerank", "fused", "similarity", "keyword"}
    columns = {
        name: number(title, format="%.2f", width=85) if name in scores else number(title, width=75)
        for name, title in names.items()
    }
    if "document" in names:
        columns["document"] = st.column_config.TextColumn(names["document"], width=190)
    columns["cited"] = st.column_config.CheckboxColumn(names["cited"], width=60)
    return columns


def _timings(run: Run) -> None:
    stages = {name: ms for name, ms in run.timings_ms.items() if name not in charts.WHOLE_STAGES}
    rows = [(analytics_charts.stage_name(name), ms) for name, ms in stages.items()]
    frame = pd.DataFrame(rows, columns=["stage", "ms"])
    search = run.timings_ms.get("search.total")
    answer = sum(ms for name, ms in stages.items() if name.startswith("answer."))
    title = OneRun.TIMINGS
    if search is not None:
        text = Charts.TIMINGS if answer else Charts.TIMINGS_SEARCH
        title = text.format(search=duration(search), answer=duration(answer))
    with st.container(border=True, gap="small"):
        st.markdown(f"**{title}**", help=Charts.TIMINGS_HELP)
        charts.still(analytics_charts.timings(frame), "timings", title)
        with st.container(horizontal=True, horizontal_alignment="right"):
            charts.table_behind(frame, "timings")


def _pipelines(run: Run) -> None:
    with st.expander(OneRun.PIPELINES, icon=":material/account_tree:"):
        for title, yaml in ((OneRun.SEARCH, run.search_pipeline), (OneRun.ANSWERING, run.answer_pipeline)):
            if yaml:
                st.markdown(f"**{title}**")
                st.code(yaml, language="yaml", height=320)
