"""The parts of the Analytics page: filters, numbers, charts, and the list of runs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st

from components import charts
from components.texts_analytics import Analytics, Charts, Runs
from components.texts_pages import counted
from services.analytics import BINS, Distribution, Summary, Timeline, bucket
from services.run_filters import Filters, Outcome

LISTED = 500
_ROWS = 14
_ROW = 33
_COLUMNS = [
    "created_at",
    "question",
    "outcome",
    "confidence",
    "cited",
    "passages",
    "search_ms",
    "user",
    "collection",
]


def zone() -> str:
    """The time zone of the person's browser; UTC when it names none that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC").key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"


def filters_row(collections: dict[str, str]) -> Filters:
    """The filters as widgets; their values stand in the address too. ``collections`` are names by id."""
    with st.container(horizontal=True):
        period = st.segmented_control(
            Analytics.PERIOD,
            list(Analytics.PERIODS),
            format_func=Analytics.PERIODS.__getitem__,
            default="30",
            required=True,
            key="period",
            bind="query-params",
            on_change=charts.forget,
        )
        dates = _dates() if period == "dates" else ()
        collection = st.selectbox(
            Analytics.COLLECTION,
            ["", *collections],
            format_func=lambda id_: collections.get(id_, Analytics.ALL_COLLECTIONS),
            key="searched",
            bind="query-params",
            on_change=charts.forget,
            width=260,
        )
    return replace(_period(period, dates), collection_id=collection or None)


def show_all() -> None:
    """Take all filters away. Use it in a callback."""
    st.session_state["period"] = "all"
    st.session_state["searched"] = ""
    charts.forget()


def _dates() -> tuple[date, ...]:
    today = datetime.now(ZoneInfo(zone())).date()
    chosen = st.date_input(
        Analytics.DATES,
        (today - timedelta(days=6), today),
        max_value=today,
        key="dates",
        bind="query-params",
        on_change=charts.forget,
        width=230,
    )
    return tuple(chosen) if isinstance(chosen, tuple) else (chosen,)


def _period(period: str | None, dates: tuple[date, ...]) -> Filters:
    place = zone()
    present = datetime.now(ZoneInfo(place))
    if period == "1":
        return Filters(since=present - timedelta(days=1), zone=place)
    if period in ("7", "30"):
        return Filters.days(present.date() - timedelta(days=int(period) - 1), present.date(), place)
    if dates:
        # While the person has picked only the first day of two, it stands for itself.
        return Filters.days(dates[0], dates[-1], place)
    return Filters(zone=place)


def numbers_row(found: Summary) -> None:
    """The numbers on top, each with a sentence that explains it."""
    help_text = [Analytics.QUESTIONS_HELP]
    help_text += [Analytics.STOPPED.format(number=found.stopped)] if found.stopped else []
    help_text += [Analytics.STILL.format(number=found.unfinished)] if found.unfinished else []
    # All of the same width, and two in a row on a telephone.
    st.html("<style>.st-key-statistics_numbers > * {flex: 1 1 140px !important; min-width: 140px;}</style>")
    with st.container(horizontal=True, gap="small", key="statistics_numbers"):
        _metric(Analytics.QUESTIONS, f"{found.runs:,}", " ".join(help_text))
        for outcome in (Outcome.ANSWERED, Outcome.ABSTAINED, Outcome.FAILED):
            number = getattr(found, outcome.value)
            share = f"{number / found.runs:.0%}" if found.runs else ""
            _metric(charts.OUTCOMES[outcome].name, f"{number:,}", Analytics.OUTCOMES_HELP[outcome], share)
        confidence, search = found.median_confidence, found.median_search_ms
        _metric(
            Analytics.CONFIDENCE,
            Runs.NOT_AVAILABLE if confidence is None else f"{confidence:.2f}",
            _with_missing(Analytics.CONFIDENCE_HELP, found.without_confidence, found.done),
        )
        _metric(
            Analytics.SEARCH,
            Runs.NOT_AVAILABLE if search is None else charts.duration(search),
            _with_missing(Analytics.SEARCH_HELP, found.without_search_ms, found.done),
        )


def _metric(name: str, value: str, help_text: str, share: str = "") -> None:
    st.metric(
        name,
        value,
        share or None,
        help=help_text,
        border=True,
        delta_color="off",
        delta_arrow="off",
        height="stretch",
    )


def _with_missing(text: str, number: int, of: int) -> str:
    missing = Analytics.WITHOUT.format(number=f"{number:,}", total=counted(of, "finished run"))
    return f"{text} {missing}" if number else text


def charts_row(summary: Summary, time: Timeline, confidence: Distribution, relevance: Distribution) -> None:
    """The three charts, beside each other where there is room."""
    left, middle, right = st.columns(3, gap="small")
    with left:
        charts.draw(
            Charts.TIME.format(answered=f"{summary.answered:,}", total=f"{summary.runs:,}"),
            charts.timeline(time),
            time.frame,
            "time",
            help_text=Charts.TIME_HELP.format(unit=time.unit),
        )
    with middle:
        charts.draw(
            charts.confidence_title(confidence),
            charts.confidence(confidence),
            confidence.frame,
            "confidence",
            help_text=Charts.CONFIDENCE_HELP,
            note=_left_out(Charts.CONFIDENCE_WITHOUT, confidence),
        )
    with right:
        charts.draw(
            charts.relevance_title(relevance),
            charts.relevance(relevance),
            relevance.frame,
            "relevance",
            help_text=Charts.RELEVANCE_HELP,
            note=_left_out(Charts.RELEVANCE_WITHOUT, relevance),
        )


def _left_out(text: str, found: Distribution) -> str:
    total = found.total + found.without
    return text.format(number=f"{found.without:,}", total=f"{total:,}") if found.without else ""


def narrowed(filters: Filters, bar: charts.Bar | None, unit: str) -> tuple[Filters, str]:
    """The filters for the runs that a chosen bar counts, and that bar in words; ``""`` without one.

    ``unit`` is that of the timeline.
    """
    if bar is None:
        return filters, ""
    if bar.chart == "relevance":
        words = Runs.ONLY_RELEVANCE.format(cited=charts.CITATION[bar.group].name.lower(), **_bounds(bar))
        return replace(filters, relevance=bar.number, cited=bar.group == "cited"), words
    outcome = Outcome(bar.group)
    name = charts.OUTCOMES[outcome].name
    if bar.chart == "confidence":
        words = Runs.ONLY_CONFIDENCE.format(outcome=name, **_bounds(bar))
        return replace(filters, confidence=bar.number, outcome=outcome), words
    words = Runs.ONLY_TIME.format(outcome=name, when=charts.moment(bar.start, unit))
    return replace(bucket(filters, bar.start, unit), outcome=outcome), words


def _bounds(bar: charts.Bar) -> dict[str, str]:
    return {"low": f"{bar.number / BINS:.1f}", "high": f"{(bar.number + 1) / BINS:.1f}"}


def runs_list(frame: pd.DataFrame, total: int, only: str) -> str | None:
    """The list of runs; gives the id of the one that was clicked.

    ``frame`` are the runs to list, of ``total``; ``only`` says in words which bar they belong to.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(Runs.TITLE, anchor=False, width="content")
        if only:
            st.badge(only, icon=":material/filter_alt:")
            st.button(Runs.SHOW_ALL, icon=":material/close:", type="tertiary", on_click=charts.forget)
    whole = Runs.SHOWN.format(number=counted(len(frame), "run"))
    latest = Runs.LATEST.format(shown=f"{len(frame):,}", number=f"{total:,}")
    st.caption(whole if only or len(frame) == total else latest)
    shown = frame[_COLUMNS].copy()
    shown["outcome"] = [charts.OUTCOMES[outcome].name for outcome in frame["outcome"]]
    event = st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(frame) < _ROWS else _ROWS * _ROW,
        column_config=_columns(),
        placeholder=Runs.NOT_AVAILABLE,
        selection_mode=["single-row", "single-cell"],
        on_select="rerun",
        key=_key(frame),
    )
    rows = list(event.selection.rows) or [row for row, _ in event.selection.cells]
    return str(frame["id"].iloc[rows[0]]) if rows and rows[0] < len(frame) else None


def _key(frame: pd.DataFrame) -> str:
    """A key for these very rows: a click always means the row that the person saw.

    In an element whose rows have changed the browser also loses the first click.
    """
    digest = hashlib.blake2b("".join(frame["id"]).encode(), digest_size=8)
    return f"runs_{digest.hexdigest()}"


def _columns() -> dict[str, object]:
    names = Runs.COLUMNS
    number = st.column_config.NumberColumn
    words = st.column_config.TextColumn
    asked = st.column_config.DatetimeColumn(
        names["created_at"], format="D MMM YYYY, HH:mm", timezone=zone(), width=140
    )
    return {
        "created_at": asked,
        "question": words(names["question"], width=260),
        "outcome": words(names["outcome"], width=80),
        "confidence": number(names["confidence"], format="%.2f", width=85),
        "cited": number(names["cited"], width=55),
        "passages": number(names["passages"], width=75),
        "search_ms": number(names["search_ms"], format="%.0f", width=85),
        "user": words(names["user"], width=80),
        "collection": words(names["collection"], width=110),
    }
