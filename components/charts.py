"""Plotly figures from the frames of ``services.analytics``, each drawn with its title and its table.

Colours are places in the theme's list of chart colours, so that both themes use their own; the same thing
has the same colour in every chart, and a pattern besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from components.texts_analytics import Analytics, Charts
from components.texts_pages import counted
from services.analytics import BINS, Distribution, Timeline
from services.run_filters import Outcome

HEIGHT = 250
BAR_HEIGHT = 30
_TABLE_ROWS = 12
_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
_CLEAR = "rgba(0,0,0,0)"


_CHOSEN = "analytics_chosen"
_GENERATION = "analytics_generation"


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a bar: the chart's name, the column of its frame, and where it stands on the axis."""

    chart: str
    group: str
    x: Any

    @property
    def start(self) -> datetime:
        """The beginning of its day or hour, in a timeline."""
        start: datetime = pd.Timestamp(self.x).to_pydatetime()
        return start

    @property
    def number(self) -> int:
        """The bin that it stands for, 0 to 9, in a distribution."""
        return int(self.x * BINS)


@dataclass(frozen=True, slots=True)
class Look:
    """How a group of bars looks: its name, its place in the theme's chart colours, and its pattern."""

    name: str
    colour: int
    pattern: str = ""


OUTCOMES: dict[str, Look] = {
    Outcome.ANSWERED: Look(Analytics.OUTCOMES["answered"], 0),
    Outcome.ABSTAINED: Look(Analytics.OUTCOMES["abstained"], 1, "/"),
    Outcome.FAILED: Look(Analytics.OUTCOMES["failed"], 5, "x"),
    Outcome.STOPPED: Look(Analytics.OUTCOMES["stopped"], 2, "."),
    Outcome.UNFINISHED: Look(Analytics.OUTCOMES["unfinished"], 4, "-"),
}
CITATION: dict[str, Look] = {"cited": Look(Charts.CITED, 0), "not cited": Look(Charts.NOT_CITED, 2, "\\")}


def confidence(found: Distribution) -> go.Figure:
    """How often each tenth of confidence occurs, answered and abstained runs stacked."""
    return _histogram(found, OUTCOMES, Charts.CONFIDENCE_AXIS, "question")


def relevance(found: Distribution) -> go.Figure:
    """How often each tenth of relevance occurs, cited and other passages stacked."""
    return _histogram(found, CITATION, Charts.RELEVANCE_AXIS, "passage")


def timeline(found: Timeline) -> go.Figure:
    """Runs for each day or hour, stacked by outcome; outcomes that never occur are left out."""
    shown = [name for name in OUTCOMES if found.frame[name].any()]
    figure = go.Figure()
    for name in shown:
        hover = [
            Charts.BUCKET.format(
                when=moment(when, found.unit), number=number, group=OUTCOMES[name].name.lower()
            )
            for when, number in zip(found.frame["time"], found.frame[name], strict=True)
        ]
        figure.add_bar(x=found.frame["time"], y=found.frame[name], **_bars(OUTCOMES[name], hover, name))
    hours = found.unit == "hour"
    figure.update_xaxes(
        title_text=Charts.HOUR_AXIS if hours else Charts.DAY_AXIS,
        tickformat="%H:%M\n%d %b" if hours else "%d %b\n%Y",
        tickangle=0,
        nticks=5,
    )
    if len(found.frame) < 5:
        # Few bars would be ticked between them, and a single one drawn a millisecond wide.
        width = 3_600_000 if hours else 86_400_000
        figure.update_xaxes(tickvals=found.frame["time"])
        figure.update_traces(width=0.8 * width)
    return _finish(figure, "questions")


def timings(frame: pd.DataFrame) -> go.Figure:
    """What each step of one run took, in ms, in the order of ``frame`` (``stage``, ``ms``)."""
    hover = [f"{stage}: {duration(ms)}" for stage, ms in zip(frame["stage"], frame["ms"], strict=True)]
    figure = go.Figure()
    look = Look("", 0)
    figure.add_bar(y=frame["stage"], x=frame["ms"], orientation="h", **_bars(look, hover, "ms"))
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(title_text=Charts.TIMINGS_AXIS, rangemode="tozero")
    _finish(figure, "", height=BAR_HEIGHT * len(frame) + 60)
    return figure.update_layout(showlegend=False)


def confidence_title(found: Distribution) -> str:
    """What the distribution of confidence says."""
    if found.median is None:
        return Charts.CONFIDENCE_NONE
    text = Charts.CONFIDENCE if found.total > 1 else Charts.CONFIDENCE_ONE
    return text.format(median=f"{found.median:.2f}")


def relevance_title(found: Distribution) -> str:
    """What the distribution of relevance says."""
    cited, other = found.medians["cited"], found.medians["not cited"]
    if found.median is None:
        return Charts.RELEVANCE_NONE
    if cited is None or other is None:
        return Charts.RELEVANCE_ALL.format(median=f"{found.median:.2f}")
    return Charts.RELEVANCE.format(cited=f"{cited:.2f}", other=f"{other:.2f}")


def duration(ms: float) -> str:
    """A time in words: ``0.4 ms``, ``84 ms``, ``2.1 s``."""
    if ms < 10:
        return f"{ms:.1f} ms"
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def moment(start: datetime, unit: str) -> str:
    """A day or hour in words: ``Tue 10 Mar 2026``, ``10 Mar, 14:00``."""
    return f"{start:%d %b, %H:00}" if unit == "hour" else f"{start:%a %d %b %Y}"


def still(figure: go.Figure, name: str, title: str) -> None:
    """Draw a chart that only shows."""
    st.plotly_chart(figure, key=f"chart_{name}", config=_CONFIG, alt=title)


def draw(
    title: str, figure: go.Figure, table: pd.DataFrame, name: str, *, help_text: str, note: str = ""
) -> None:
    """Draw a chart whose bars can be clicked, with the table behind it; ``chosen`` gives the clicked bar."""
    key = f"chart_{name}_{st.session_state.get(_GENERATION, {}).get(name, 0)}"
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"**{title}**", help=help_text)
        st.plotly_chart(
            figure,
            key=key,
            on_select=lambda: _choose(name, figure, st.session_state[key]["selection"]["points"]),
            selection_mode="points",
            config=_CONFIG,
            alt=title,
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(note or Charts.SELECT, width="stretch")
            table_behind(table, name)


def chosen() -> Bar | None:
    """The bar that was clicked last, in whichever chart; kept while the page shows something else."""
    bar: Bar | None = st.session_state.get(_CHOSEN)
    return bar


def forget() -> None:
    """Choose no bar any more. Use it in a callback."""
    bar = st.session_state.pop(_CHOSEN, None)
    if bar is not None:
        # Only another key makes the browser drop what is selected in a chart.
        generations = st.session_state.setdefault(_GENERATION, {})
        generations[bar.chart] = generations.get(bar.chart, 0) + 1


def _choose(name: str, figure: go.Figure, points: list[dict[str, Any]]) -> None:
    bar = chosen()
    if bar is not None and bar.chart != name:
        forget()
    st.session_state.pop(_CHOSEN, None)
    if points:
        trace = figure.data[points[0]["curve_number"]]
        st.session_state[_CHOSEN] = Bar(name, trace.meta, trace.x[points[0]["point_index"]])


def table_behind(table: pd.DataFrame, key: str) -> None:
    """A button that shows the numbers behind a chart and offers them as a file."""
    with st.popover(Charts.TABLE, type="tertiary", icon=":material/table:", help=Charts.TABLE_HELP):
        height: Any = "content" if len(table) < _TABLE_ROWS else 360
        clock = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")
        st.dataframe(table, hide_index=True, width="content", height=height, column_config={"time": clock})
        st.download_button(
            Charts.DOWNLOAD,
            data=table.to_csv(index=False).encode(),
            file_name=f"{key}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"download_{key}",
        )


def _histogram(found: Distribution, looks: dict[str, Look], score: str, noun: str) -> go.Figure:
    frame = found.frame
    middles = (frame["from"] + frame["to"]) / 2
    figure = go.Figure()
    for name in frame.columns[2:]:
        hover = [
            Charts.BIN.format(
                number=counted(number, noun),
                score=score,
                low=f"{low:.1f}",
                high=f"{high:.1f}",
                group=looks[name].name.lower(),
            )
            for low, high, number in zip(frame["from"], frame["to"], frame[name], strict=True)
        ]
        figure.add_bar(x=middles, y=frame[name], width=0.094, **_bars(looks[name], hover, name))
    figure.update_xaxes(title_text=f"{score} (0 to 1)", range=[0, 1], dtick=0.2, tickformat=".1f")
    return _finish(figure, f"{noun}s")


def _bars(look: Look, hover: list[str], name: str) -> dict[str, Any]:
    colour = pio.templates["streamlit"].layout.colorway[look.colour]
    pattern = {"shape": look.pattern, "size": 6, "solidity": 0.45}
    return {
        "name": look.name,
        "meta": str(name),
        "marker": {"color": colour, "line": {"width": 0}, "pattern": pattern},
        "hovertext": hover,
        "hoverinfo": "text",
        "unselected": {"marker": {"opacity": 0.35}},
    }


def _finish(figure: go.Figure, axis: str, height: int = HEIGHT) -> go.Figure:
    figure.update_layout(
        barmode="stack",
        bargap=0.12,
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        showlegend=True,
        legend={
            "orientation": "h",
            "traceorder": "normal",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "itemwidth": 30,
            "itemclick": False,
            "itemdoubleclick": False,
            "title": {"text": ""},
        },
        dragmode=False,
        clickmode="event+select",
        hoverlabel={"align": "left"},
    )
    figure.update_xaxes(fixedrange=True, showgrid=False)
    figure.update_yaxes(fixedrange=True)
    if axis:
        # Counts have no fractions; few of them would otherwise get ticks at 0.5.
        most = max((sum(column) for column in zip(*(bar.y for bar in figure.data), strict=True)), default=0)
        figure.update_yaxes(title_text=axis, rangemode="tozero", tickformat=",d")
        if most < 5:
            figure.update_yaxes(dtick=1)
    return figure
