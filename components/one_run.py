"""One run, opened from its statistics: the answer, what it rests on, how long it took, and what ran."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from components import charts
from components.escaping import label
from components.evidence import panel_alone
from components.texts_analytics import Charts, OneRun
from components.texts_pages import counted
from domain.events import RunState
from services.runs import Run


def one_run(run: Run, zone: str) -> None:
    """Draw a run; times as a clock in ``zone`` shows them."""
    st.subheader(label(run.question), anchor=False)
    st.caption(_about(run, zone))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _answer(run)
        if run.timings_ms:
            _timings(run)
        if run.search_pipeline:
            _pipelines(run)
    with right:
        panel_alone(run)


def _moment(time: datetime, zone: str) -> str:
    return f"{time.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M}"


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
        st.error(label(run.error or OneRun.NO_ANSWER), icon=":material/error:")
    elif run.state is RunState.STOPPED:
        st.info(OneRun.STOPPED, icon=":material/stop_circle:")
    elif not run.state.is_final:
        st.info(OneRun.UNFINISHED, icon=":material/hourglass_top:")
    elif run.abstained:
        st.warning(OneRun.ABSTAINED, icon=":material/help:")
    else:
        with st.container(border=True):
            st.markdown(label(run.answer or OneRun.NO_ANSWER))


def _timings(run: Run) -> None:
    stages = {name: ms for name, ms in run.timings_ms.items() if not name.endswith(".total")}
    rows = [(Charts.STAGES.get(name, name.partition(".")[2]), ms) for name, ms in stages.items()]
    frame = pd.DataFrame(rows, columns=["stage", "ms"])
    search = run.timings_ms.get("search.total")
    answer = sum(ms for name, ms in stages.items() if name.startswith("answer."))
    title = OneRun.TIMINGS
    if search is not None:
        text = Charts.TIMINGS if answer else Charts.TIMINGS_SEARCH
        title = text.format(search=charts.duration(search), answer=charts.duration(answer))
    with st.container(border=True, gap="small"):
        st.markdown(f"**{title}**", help=Charts.TIMINGS_HELP)
        charts.still(charts.timings(frame), "timings", title)
        with st.container(horizontal=True, horizontal_alignment="right"):
            charts.table_behind(frame, "timings")


def _pipelines(run: Run) -> None:
    with st.expander(OneRun.PIPELINES, icon=":material/account_tree:"):
        for title, yaml in ((OneRun.SEARCH, run.search_pipeline), (OneRun.ANSWERING, run.answer_pipeline)):
            if yaml:
                st.markdown(f"**{title}**")
                st.code(yaml, language="yaml", height=320)
