"""The registered models of a kind: what each is, how its last test went, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from components import catalogue, dialogs, resources_form, session
from components.escaping import label
from components.texts_resources import Resources
from components.translation import sentence
from components.writing import counted, duration, number, size
from domain.errors import EvidentiaError
from domain.models import ModelKind
from domain.users import Role, User
from services import downloads, model_drafts, model_trials, models, pulls, setup
from services.installation import Installation
from services.models import Model

POLL_S = 1.0
_PROBLEM = "resources_problem"
_NAMING = ("model", "deployment")
_ADDRESS = ("base_url", "endpoint")


# On a narrow screen the buttons go below the text instead of squeezing it; and the theme's own colour of an
# open tab is hard to read on a dark ground.
_STYLE = """
<style>
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-model_text_"]) {min-width: min(17rem, 100%);}
[role="tab"][aria-selected="true"] p {color: light-dark(#0F6E6E, #4FB9B3);}
</style>
"""


def problem() -> None:
    """Draw why the last action was refused, once."""
    said = st.session_state.pop(_PROBLEM, None)
    if said:
        st.error(label(sentence(said)), icon=":material/error:")


def models_tab(installation: Installation, user: User, kind: ModelKind) -> None:
    """Draw all models of a kind, and the way to another one."""
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(Resources.ABOUT[kind], width="stretch")
        st.button(
            Resources.ADD,
            type="primary",
            icon=":material/add:",
            key=f"add_{kind}",
            on_click=partial(dialogs.open_dialog, resources_form.ADD, kind=kind),
        )
    for model in models.listing(installation, user, kind):
        with st.container(border=True, key=f"model_{model.id}"):
            _card(installation, user, model)
    if kind is ModelKind.LLM:
        catalogue.catalogue(user)


def _card(installation: Installation, user: User, model: Model) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap="xxsmall", width="stretch", key=f"model_text_{model.id}"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**{label(model.name)}**", width="content")
                _badges(model)
            if model.id in Resources.BUILT_IN:
                st.caption(Resources.BUILT_IN[model.id])
            else:
                st.caption(" · ".join(what(model)))
                st.caption(" · ".join(_whence(model)))
        with st.container(horizontal=True, width="content", gap="small"):
            _actions(installation, user, model)
    error = model.capabilities.get("error")
    if error and model.tested_at is not None:
        _failed(Resources.TESTED_FAILED.format(when=ago(model.tested_at), error=label(sentence(str(error)))))
    _pulling(installation, user, model)


def _failed(words: str) -> None:
    st.markdown(f":small[:red[:material/error: {words}]]")


def _pulling(installation: Installation, user: User, model: Model) -> None:
    pull = pulls.get(installation, user, model.id) if pulls.possible(model.provider) else None
    if pull is None:
        return
    if not pull.running:
        if pull.error:
            _failed(label(sentence(pull.error)))
        return

    def follow() -> None:
        acting = session.require(Role.ADMIN, fragment=True)
        now = pulls.get(setup.current(), acting, model.id)
        if now is None or not now.running:
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            amounts = Resources.PULL_OF.format(done=size(now.done), total=size(now.total))
            st.progress(now.fraction, text=amounts if now.total else Resources.PULL_STARTS)
            stopped = st.button(Resources.CANCEL, icon=":material/close:", key=f"pull_cancel_{model.id}")
        if stopped:
            pulls.cancel(setup.current(), acting, model.id)

    st.fragment(follow, run_every=POLL_S)()


def _badges(model: Model) -> None:
    helps = Resources.BADGE_HELP
    if model.is_default:
        st.badge(Resources.DEFAULT, color="blue", help=helps["default"])
    if model.is_fallback:
        st.badge(Resources.FALLBACK, color="green", help=helps["fallback"])
    if model.retired:
        st.badge(Resources.RETIRED, color="gray", help=helps["retired"])
    elif not model.active:
        st.badge(Resources.INACTIVE, color="gray", help=helps["inactive"])
    if model.collections:
        st.badge(Resources.IN_USE.format(number=counted(model.collections, "collection")), color="gray")


def what(model: Model) -> list[str]:
    """What a model is, in a few words: provider, its name there, the server, and what tests have shown."""
    given, learnt = model.parameters, model.capabilities
    words = [label(model_drafts.title(model.provider))]
    words += [label(str(given[name])) for name in _NAMING if given.get(name, model.name) != model.name]
    words += [label(urlsplit(str(given[name])).netloc) for name in _ADDRESS if name in given]
    context = learnt.get("context") or given.get("context")
    if context:
        words.append(Resources.CONTEXT.format(number=number(int(context))))
    if "dimension" in learnt:
        words.append(Resources.DIMENSION.format(number=number(learnt["dimension"])))
    return words + [text for name, text in Resources.LEARNT.items() if learnt.get(name)]


def _whence(model: Model) -> list[str]:
    origin = label(model.origin)
    if model.origin == downloads.ORIGIN:
        words = [Resources.FROM_CATALOGUE]
    elif model.origin.startswith("environment:"):
        words = [Resources.FROM.format(origin=origin)]
    else:
        words = [Resources.ADDED_BY.format(name=origin)]
    words += [Resources.KEY_STORED] * model.has_secret
    if model.tested_at is None:
        words.append(Resources.UNTESTED)
    elif "error" not in model.capabilities:
        took = duration(model.capabilities.get("latency_ms", 0))
        words.append(Resources.TESTED.format(when=ago(model.tested_at), took=took))
    return words


def _actions(installation: Installation, user: User, model: Model) -> None:
    if model.id not in models.BUILT_IN.values() and st.button(
        Resources.TEST, icon=":material/network_check:", help=Resources.TEST_HELP, key=f"test_{model.id}"
    ):
        with st.spinner(Resources.TESTING.format(name=label(model.name))):
            _try(lambda: model_trials.test(installation, user, model.id))
        st.rerun()
    possible = possible_actions(model)
    if not possible:
        return
    chosen = st.menu_button(
        Resources.MORE, possible, format_func=Resources.ACTIONS.__getitem__, key=f"more_{model.id}"
    )
    if chosen in ("edit", "delete"):
        dialogs.open_dialog(f"model_{chosen}", kind=model.kind, model=model)
    elif chosen is not None:
        _try(lambda: _ACTIONS[chosen](installation, user, model.id))
        st.rerun()


def possible_actions(model: Model) -> list[str]:
    """What the menu of a model offers."""
    mine = model.id not in models.BUILT_IN.values()
    is_llm = model.kind is ModelKind.LLM
    offered = {
        "edit": mine,
        "pull": pulls.possible(model.provider),
        "default": model.active and not model.is_default,
        "fallback": is_llm and model.active and not (model.is_fallback or model.is_default),
        "no_fallback": model.is_fallback,
        "activate": not model.active and not model.retired,
        "restore": model.retired,
        "deactivate": model.active and not model.is_default and model.id != models.EXTRACTIVE,
        "delete": mine,
    }
    return [name for name, possible in offered.items() if possible]


_ACTIONS: dict[str, Callable[[Installation, User, str], None]] = {
    "pull": pulls.start,
    "default": models.set_default,
    "fallback": models.set_fallback,
    "no_fallback": lambda installation, user, _: models.set_fallback(installation, user, None),
    "activate": partial(models.set_active, active=True),
    "restore": partial(models.set_active, active=True),
    "deactivate": partial(models.set_active, active=False),
}


def _try(action: Callable[[], object]) -> None:
    try:
        action()
    except EvidentiaError as error:
        st.session_state[_PROBLEM] = error.message


def ago(moment: datetime) -> str:
    """How long ago something was, in words."""
    minutes = int((datetime.now(UTC) - moment).total_seconds() // 60)
    if minutes < 1:
        return Resources.JUST_NOW
    length, unit = next(each for each in ((1440, "day"), (60, "hour"), (1, "minute")) if minutes >= each[0])
    return Resources.AGO.format(time=counted(minutes // length, unit))
