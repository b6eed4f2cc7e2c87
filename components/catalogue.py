"""The catalogue of models that run on this machine: what each is, its download, and what it does now."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import dialogs, session
from components.escaping import label
from components.texts_catalogue import Catalogue, FirstModel
from components.translation import sentence
from components.writing import counted, size
from domain.errors import EvidentiaError
from domain.models import ModelKind
from domain.users import Role, User
from services import downloads, local_llm, models, setup
from services.downloads import Download

POLL_S = 1.0
RESOURCES = "pages/resources.py"
_PROBLEM = "catalogue_problem"
_DELETE = "catalogue_delete"


def catalogue(user: User) -> None:
    """Draw the catalogue for an admin, live while something is being downloaded."""
    installation = setup.current()
    st.subheader(Catalogue.TITLE, anchor=False)
    minutes = counted(max(1, round(installation.settings.local_llm_idle_minutes)), "minute")
    st.caption(Catalogue.INTRO.format(minutes=minutes))
    was_open = _open(downloads.listing(installation, user))

    def follow() -> None:
        acting = session.require(Role.ADMIN, fragment=True)
        listed = downloads.listing(setup.current(), acting)
        _redraw_when_changed(was_open, listed)
        others = [d for d in listed if d.model.for_tests]
        for download in (d for d in listed if d not in others):
            _card(download)
        with st.expander(Catalogue.MORE, expanded=any(d.state != "absent" for d in others)):
            for download in others:
                _card(download)

    st.fragment(follow, run_every=POLL_S if was_open else None)()
    about = dialogs.opened(_DELETE)
    if about is not None:
        download = downloads.get(installation, user, about["key"])
        st.dialog(Catalogue.DELETE_TITLE, on_dismiss=dialogs.close)(_confirm)(download)


def first_model(user: User) -> None:
    """Offer an admin a language model, where only Extractive answers so far; others see nothing."""
    installation = setup.current()
    if not user.is_admin:
        return
    only_built_in = all(m.id == models.EXTRACTIVE for m in models.usable(installation, user, ModelKind.LLM))
    was_open = _open(downloads.listing(installation, user))
    if not only_built_in and not was_open:
        return

    def follow() -> None:
        acting = session.require(Role.ADMIN, fragment=True)
        listed = downloads.listing(setup.current(), acting)
        _redraw_when_changed(was_open, listed)
        with st.container(border=True, key="first_model"):
            st.markdown(f"### :material/auto_awesome: {FirstModel.TITLE}")
            _offer(listed[0])

    st.fragment(follow, run_every=POLL_S if was_open else None)()


def _open(listed: list[Download]) -> frozenset[str]:
    return frozenset(d.model.key for d in listed if d.is_open)


def _redraw_when_changed(was_open: frozenset[str], listed: list[Download]) -> None:
    # The rest of the page changes with it: the list of models, what may be chosen.
    if _open(listed) != was_open:
        st.rerun()


def _offer(download: Download) -> None:
    """The short form of a card: what it is for, and the two ways to go."""
    st.markdown(FirstModel.TEXT)
    _problem(download)
    if download.is_open:
        _progress(download)
        return
    if download.state == "paused":
        st.progress(download.fraction, text=_amounts(download, Catalogue.PAUSED))
    name = download.model.key
    words = {
        "absent": FirstModel.DOWNLOAD.format(name=name, size=size(download.model.file.size)),
        "paused": Catalogue.RESUME,
        "ready": FirstModel.USE.format(name=name),
    }[download.state]
    with st.container(horizontal=True):
        _button(download, words, "download", _start, primary=True)
        if st.button(FirstModel.CONNECT, icon=":material/cable:", key="first_model_connect"):
            st.switch_page(RESOURCES)


def _card(download: Download) -> None:
    model = download.model
    with st.container(border=True, key=f"catalogue_{model.key}", gap="xsmall"):
        st.markdown(f"**{label(model.key)}** {_badge(download)}")
        st.markdown(Catalogue.ABOUT.get(model.key, ""))
        memory = size(model.memory)
        facts = {"size": size(model.file.size), "memory": memory, "licence": model.licence}
        st.caption(Catalogue.FACTS.format(**facts))
        st.caption(Catalogue.CHECKSUM.format(sha256=model.file.sha256), help=Catalogue.CHECKSUM_HELP)
        _problem(download)
        free = local_llm.free_memory()
        if free is not None and free < model.memory and _state_of_server(download) == "stopped":
            words = Catalogue.LITTLE_MEMORY.format(free=size(free), needed=memory)
            st.warning(words, icon=":material/memory:")
        if download.is_open:
            _progress(download)
        else:
            if download.state == "paused":
                st.progress(download.fraction, text=_amounts(download, Catalogue.PAUSED))
            with st.container(horizontal=True):
                _actions(download)


def _badge(download: Download) -> str:
    if download.state != "ready":
        return ""
    if not download.registered:
        return f":orange-badge[:material/info: {Catalogue.NOT_ADDED}]"
    words = {"stopped": Catalogue.SLEEPS, "starting": Catalogue.STARTING, "running": Catalogue.RUNS}
    return f":green-badge[:material/check: {Catalogue.READY} · {words[_state_of_server(download)]}]"


def _state_of_server(download: Download) -> str:
    """What the server does with this model: it has one at a time."""
    status = local_llm.status(setup.current())
    serves_another = status.file is not None and status.file.name != download.model.file.name
    return "stopped" if serves_another else status.state


def _problem(download: Download) -> None:
    # Of a click just now, or of the download itself.
    problems = st.session_state.get(_PROBLEM, {})
    problem = problems.pop(download.model.key, None) or download.error
    if problem and not download.is_open:
        st.error(label(sentence(problem)), icon=":material/error:")


def _progress(download: Download) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if download.state == "checking":
            st.progress(download.fraction, text=Catalogue.CHECKING)
            return
        parts = [_amounts(download, Catalogue.RUNNING)]
        left = download.seconds_left
        if download.speed and left is not None:
            parts.append(Catalogue.SPEED.format(speed=size(int(download.speed))))
            minutes = counted(round(left / 60), "minute")
            parts.append(
                Catalogue.MINUTES_LEFT.format(minutes=minutes) if left >= 60 else Catalogue.SECONDS_LEFT
            )
        st.progress(download.fraction, text=" · ".join(parts))
        _button(download, Catalogue.CANCEL, "close", _cancel, help=Catalogue.CANCEL_HELP)


def _actions(download: Download) -> None:
    """What may be done with a model that is not being downloaded."""
    if download.state == "absent":
        words = Catalogue.RETRY if download.error else Catalogue.DOWNLOAD
        _button(download, words, "download", _start, primary=True)
    elif download.state == "paused":
        _button(download, Catalogue.RESUME, "play_arrow", _start, primary=True)
        _button(download, Catalogue.DISCARD, "delete", _discard)
    else:
        if not download.registered:
            _button(download, Catalogue.USE, "add", _start, primary=True)
        elif _state_of_server(download) == "running":
            _button(download, Catalogue.STOP, "stop_circle", _stop, help=Catalogue.STOP_HELP)
        key = f"catalogue_delete_{download.model.key}"
        if st.button(Catalogue.DELETE, icon=":material/delete:", key=key):
            dialogs.open_dialog(_DELETE, key=download.model.key)
            st.rerun()


def _button(
    download: Download,
    words: str,
    icon: str,
    act: Callable[[str], None],
    *,
    primary: bool = False,
    help: str | None = None,
) -> None:
    st.button(
        words,
        icon=f":material/{icon}:",
        type="primary" if primary else "secondary",
        help=help,
        key=f"catalogue_{icon}_{download.model.key}",
        on_click=act,
        args=(download.model.key,),
        width="content",
    )


def _confirm(download: Download) -> None:
    session.require(Role.ADMIN, fragment=True)
    name = label(download.model.key)
    st.markdown(Catalogue.DELETE_INTRO.format(name=name))
    gone = [Catalogue.DELETE_FILE.format(size=size(download.model.file.size))]
    gone += [Catalogue.DELETE_MODEL] if download.registered else []
    st.markdown("\n".join(f"- {part}" for part in gone))
    with st.container(horizontal=True):
        confirmed = st.button(
            Catalogue.DELETE_CONFIRM.format(name=download.model.key),
            type="primary",
            icon=":material/delete:",
            on_click=_discard,
            args=(download.model.key,),
        )
        cancelled = st.button(Catalogue.KEEP, on_click=dialogs.close)
    if confirmed or cancelled:
        st.rerun()


def _start(key: str) -> None:
    _try(key, lambda user: downloads.start(setup.current(), user, key))


def _cancel(key: str) -> None:
    _try(key, lambda user: downloads.cancel(setup.current(), user, key))


def _discard(key: str) -> None:
    dialogs.close()
    _try(key, lambda user: downloads.discard(setup.current(), user, key))


def _stop(key: str) -> None:
    _try(key, lambda user: local_llm.stop(setup.current(), user))


def _try(key: str, act: Callable[[User], None]) -> None:
    user = session.user()
    if user is None:
        return
    try:
        act(user)
    except EvidentiaError as error:
        st.session_state.setdefault(_PROBLEM, {})[key] = error.message


def _amounts(download: Download, words: str) -> str:
    return words.format(done=size(download.done), total=size(download.model.file.size))
