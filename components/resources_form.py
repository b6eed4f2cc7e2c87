"""The dialogs that add, edit and delete a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components import dialogs, layout, session
from components.escaping import label
from components.texts_resources import ModelForm, Resources
from components.translation import sentence
from components.writing import counted
from domain.errors import EvidentiaError
from domain.models import ModelKind
from domain.users import User
from services import model_drafts, model_trials, models
from services.installation import Installation
from services.model_drafts import Draft, Form, Parameter
from services.model_trials import Trial
from services.models import Model

ADD, EDIT, DELETE = "model_add", "model_edit", "model_delete"
_NAMED_BY = ("model", "deployment")
_LISTED = "model"
_MOST_USED = "openai"


def draw(installation: Installation, user: User) -> None:
    """Draw the dialog that is open, if it is one about models."""
    what = dialogs.opened(ADD, EDIT, DELETE)
    if what is None:
        return
    titles = {
        ADD: ModelForm.ADD_TITLE[what["kind"]],
        EDIT: ModelForm.EDIT_TITLE,
        DELETE: Resources.DELETE_TITLE,
    }
    drawn = _delete if what["name"] == DELETE else _edit
    st.dialog(titles[what["name"]], on_dismiss=dialogs.close)(drawn)(installation, user, what)


def _edit(installation: Installation, user: User, what: dict[str, Any]) -> None:
    session.require(fragment=True)
    model: Model | None = what.get("model")
    form = _form(what["kind"], model)
    if form is None:
        return
    key = f"{what['round']}_{form.provider}"
    draft = _Fields(installation, user, form, what, key).draw()
    make_default = model is None and _default_toggle(installation, what["kind"], key)
    tried: Trial | None = what["tried"][1] if what.get("tried", (None,))[0] == draft else None
    slot = st.empty()
    with st.container(horizontal=True):
        save = st.button(ModelForm.SAVE, type="primary", key=f"save_{key}")
        anyway = tried is not None and st.button(ModelForm.SAVE_ANYWAY, key=f"anyway_{key}")
        if st.button(ModelForm.CANCEL, type="tertiary", key=f"cancel_{key}"):
            dialogs.close()
            st.rerun()
    with slot.container():
        if save:
            _test_and_save(installation, user, what, draft, make_default)
        elif tried is not None:
            if anyway:
                _save(installation, user, model, draft, tried)
            else:
                st.error(f"{label(sentence(tried.error))}\n\n{ModelForm.FAILED}", icon=":material/error:")


def _default_toggle(installation: Installation, kind: ModelKind, key: str) -> bool:
    # The first language model is what most people wait for; other embeddings and rerankers are a choice.
    present = models.find(installation, kind, None).id
    return st.toggle(ModelForm.MAKE_DEFAULT, value=present == models.EXTRACTIVE, key=f"default_{key}")


def _form(kind: ModelKind, model: Model | None) -> Form | None:
    try:
        if model is not None:
            form = model_drafts.form(model.provider, kind)
            st.caption(label(form.title))
            return form
    except EvidentiaError as error:
        layout.error_box(error)
        return None
    forms = {form.provider: form for form in model_drafts.forms(kind)}
    if not forms:
        st.info(ModelForm.NO_PROVIDER, icon=":material/info:")
        return None
    chosen = st.selectbox(
        ModelForm.PROVIDER,
        list(forms),
        list(forms).index(_MOST_USED) if _MOST_USED in forms else 0,
        format_func=lambda key: forms[key].title,
        key="model_provider",
    )
    return forms[chosen]


def _test_and_save(
    installation: Installation, user: User, what: dict[str, Any], draft: Draft, make_default: bool
) -> None:
    model: Model | None = what.get("model")
    try:
        with st.spinner(ModelForm.TESTING):
            trial = model_trials.try_out(installation, user, draft, model and model.id)
    except EvidentiaError as error:
        layout.error_box(error)
        return
    if trial.ok:
        _save(installation, user, model, draft, trial, make_default=make_default)
    else:
        what["tried"] = (draft, trial)
        st.rerun()


def _save(
    installation: Installation,
    user: User,
    model: Model | None,
    draft: Draft,
    trial: Trial,
    *,
    make_default: bool = False,
) -> None:
    learnt = trial.capabilities
    try:
        if model is not None:
            models.edit(installation, user, model.id, model.version, draft, capabilities=learnt)
        else:
            added = models.add(installation, user, draft, capabilities=learnt)
            if make_default:
                models.set_default(installation, user, added.id)
    except EvidentiaError as error:
        layout.error_box(error)
        return
    dialogs.close()
    st.toast(Resources.SAVED.format(name=label(draft.name)), icon=":material/check_circle:")
    st.rerun()


class _Fields:
    """The fields of a model's form, filled with what it has; ``key`` sets them apart from those of others."""

    def __init__(
        self, installation: Installation, user: User, form: Form, what: dict[str, Any], key: str
    ) -> None:
        self._installation, self._user, self._form, self._what = installation, user, form, what
        self._model: Model | None = what.get("model")
        self._key = key

    def draw(self) -> Draft:
        """Draw them all, and give what they hold."""
        values, ask = {}, False
        for known in self._form.parameters:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                values[known.name] = self._field(known)
                ask = ask or (known.name == _LISTED and self._list_button())
        name = st.text_input(
            ModelForm.NAME,
            "" if self._model is None else self._model.name,
            max_chars=model_drafts.MAX_NAME,
            key=f"name_{self._key}",
            help=ModelForm.NAME_HELP,
            placeholder=ModelForm.NAME_PLACEHOLDER,
        )
        if not name:
            named = [str(values[known] or "") for known in _NAMED_BY if known in values]
            name = named[0] if named else self._form.title
        secret, remove = self._secret()
        draft = Draft(self._what["kind"], name, self._form.provider, values, secret, remove)
        if ask:
            self._ask(draft)
        return draft

    def _field(self, known: Parameter) -> Any:
        text, help_ = ModelForm.PARAMETERS.get(known.name, (model_drafts.label_of(known), None))
        given: Mapping[str, Any] = {} if self._model is None else self._model.parameters
        value = given.get(known.name, known.default if self._model is None else "")
        key = f"{known.name}_{self._key}"
        if known.kind in ("integer", "number"):
            kind = int if known.kind == "integer" else float
            bounds = [None if bound is None else kind(bound) for bound in (known.minimum, known.maximum)]
            number = None if value == "" else kind(value)
            shown = "%d" if kind is int else "%g"
            return st.number_input(text, *bounds, number, step=kind(1), format=shown, key=key, help=help_)
        options = self._what.get(self._key, []) if known.name == _LISTED else list(known.choices)
        if not options:
            return st.text_input(text, str(value), key=key, help=help_)
        if value and value not in options:
            options = [str(value), *options]
        index = options.index(str(value)) if value else None
        return st.selectbox(
            text,
            options,
            index,
            key=f"{key}_listed",
            help=help_,
            accept_new_options=known.kind != "choice",
        )

    def _secret(self) -> tuple[str, bool]:
        if self._form.needs_key == "no":
            return "", False
        stored = self._model is not None and self._model.has_secret
        required = self._form.needs_key == "required"
        hint = ModelForm.KEY_REQUIRED if required else ModelForm.KEY_OPTIONAL
        secret = st.text_input(
            ModelForm.KEY,
            type="password",
            autocomplete="off",
            key=f"key_{self._key}",
            help=ModelForm.KEY_HELP,
            placeholder=ModelForm.KEY_KEPT if stored else hint,
        )
        remove = stored and not required and st.checkbox(ModelForm.REMOVE_KEY, key=f"remove_{self._key}")
        return secret, bool(remove)

    def _list_button(self) -> bool:
        return st.button(
            ModelForm.OFFERED,
            icon=":material/list:",
            help=ModelForm.OFFERED_HELP,
            key=f"list_{self._key}",
            width="content",
        )

    def _ask(self, draft: Draft) -> None:
        try:
            with st.spinner(ModelForm.ASKING):
                model_id = None if self._model is None else self._model.id
                names = model_trials.offered(self._installation, self._user, draft, model_id)
        except EvidentiaError as error:
            layout.error_box(error)
            return
        if names:
            self._what[self._key] = names
            st.rerun()
        st.info(ModelForm.NONE_OFFERED, icon=":material/info:")


def _delete(installation: Installation, user: User, what: dict[str, Any]) -> None:
    session.require(fragment=True)
    model: Model = what["model"]
    name = label(model.name)
    if model.collections:
        number = counted(model.collections, "collection")
        are = (Resources.IS if model.collections == 1 else Resources.ARE).format(number=number)
        st.markdown(Resources.DELETE_RETIRED.format(number=are, name=name))
    else:
        intro = Resources.DELETE_WITH_KEY if model.has_secret else Resources.DELETE_INTRO
        st.markdown(intro.format(name=name))
    if model.is_default:
        built_in = models.get(installation, user, models.BUILT_IN[model.kind])
        st.markdown(Resources.DELETE_DEFAULT.format(name=label(built_in.name)))
    if model.is_fallback:
        st.markdown(Resources.DELETE_FALLBACK)
    if model.kind is ModelKind.LLM:
        st.markdown(Resources.DELETE_CHOSEN)
    with st.container(horizontal=True):
        confirm = Resources.RETIRE_CONFIRM if model.collections else Resources.DELETE_CONFIRM
        if st.button(confirm, type="primary", icon=":material/delete:", key="model_delete_confirm"):
            try:
                models.delete(installation, user, model.id)
            except EvidentiaError as error:
                layout.error_box(error)
                return
            dialogs.close()
            st.rerun()
        if st.button(Resources.CANCEL, key="model_delete_cancel"):
            dialogs.close()
            st.rerun()
