"""The registry of models: language models, embeddings and rerankers, and how each is reached."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.config import DEFAULT_EMBEDDING
from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from domain.models import ModelConfig, ModelKind
from domain.users import User
from pipelines import providers
from services import secrets, users
from services.installation import Installation
from services.model_drafts import Draft, checked, origin_of
from services.tables import ConversationRow, IndexVersionRow, ModelRow, new_id, now

EXTRACTIVE = "extractive"
"""The id of the answerer without a language model; always there, never removable."""

BUILT_IN = {
    ModelKind.LLM: EXTRACTIVE,
    ModelKind.EMBEDDING: DEFAULT_EMBEDDING,
    ModelKind.RERANKER: "learned-order",
}
"""The ids of what is part of the program: the default of its kind when no other is."""

IDENTITY = ("model", "deployment", "dimensions", "query_prefix", "passage_prefix")
"""The parameters that decide which vectors an embedding gives."""


@dataclass(frozen=True, slots=True)
class Model:
    """A registered model as shown: everything but its secret, of which only ``has_secret`` is told.

    ``parameters``, what the last test said and ``collections``, the number indexed with it, are for admins.
    """

    id: str
    kind: ModelKind
    name: str
    provider: str
    active: bool
    is_default: bool
    is_fallback: bool
    retired: bool
    origin: str
    version: int
    has_secret: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)
    capabilities: dict[str, Any] = field(default_factory=dict)
    tested_at: datetime | None = None
    collections: int = 0


def usable(installation: Installation, user: User, kind: ModelKind) -> list[Model]:  # noqa: ARG001
    """The active models of a kind that anyone signed in may choose, the default first."""
    query = _active(kind).order_by(ModelRow.is_default.desc(), func.lower(ModelRow.name))
    with installation.database.read() as session:
        return [_shown(row) for row in session.scalars(query)]


def find(installation: Installation, kind: ModelKind, wanted: str | None) -> Model:
    """The active model with this id or name; the default for ``None``. Raises ``InvalidInput``."""
    with installation.database.read() as session:
        rows = session.scalars(_active(kind)).all()
    if wanted is None:
        found = next((row for row in rows if row.is_default), None)
    else:
        found = next((row for row in rows if row.id == wanted), None)
        found = found or next((row for row in rows if row.name.lower() == wanted.strip().lower()), None)
    if found is None:
        names = ", ".join(f"“{row.name}”" for row in rows)
        missing = "There is no default model."
        if wanted is not None:
            missing = f"There is no active model named “{wanted}”."
        msg = f"{missing} " + (f"Choose one of: {names}." if names else "Ask an admin.")
        raise InvalidInput(msg)
    return _shown(found)


def fallback(installation: Installation, kind: ModelKind) -> Model | None:
    """The active model that takes over when another does not answer, if one is set."""
    with installation.database.read() as session:
        row = session.scalars(_active(kind).where(ModelRow.is_fallback)).first()
        return None if row is None else _shown(row)


def warm_up(installation: Installation) -> None:
    """Have the providers of the active language models load what they need; asks none of them."""
    with installation.database.read() as session:
        keys = {row.provider for row in session.scalars(_active(ModelKind.LLM))}
    for key in keys & providers.PROVIDERS.keys():
        providers.PROVIDERS[key].warm_up()


def config(installation: Installation, model_id: str) -> ModelConfig:
    """How to reach a model, with its secret in plain text: for pipelines only.

    Inactive and retired ones too, for what began with them. Raises ``NotFound``, and ``ModelRefused`` when
    its key cannot be read.
    """
    with installation.database.read() as session:
        row = _existing(session, model_id)
    return ModelConfig(
        id=row.id,
        kind=ModelKind(row.kind),
        name=row.name,
        provider=row.provider,
        parameters=tuple(row.parameters.items()),
        secret="" if row.secret is None else secrets.decrypt(installation, row.secret, row.name),
    )


def listing(installation: Installation, acting: User, kind: ModelKind | None = None) -> list[Model]:
    """All models, or those of one kind: the default first. Raises ``NotAllowed`` for anyone but an admin."""
    query = select(ModelRow).order_by(
        ModelRow.is_default.desc(), ModelRow.retired, ModelRow.active.desc(), func.lower(ModelRow.name)
    )
    if kind is not None:
        query = query.where(ModelRow.kind == kind)
    with installation.database.read() as session:
        users.require_admin(session, acting, "models")
        counts = _collections(session)
        return [_in_full(row, counts.get(row.id, 0)) for row in session.scalars(query)]


def get(installation: Installation, acting: User, model_id: str) -> Model:
    """One model in full. Raises ``NotAllowed`` for anyone but an admin, and ``NotFound``."""
    with installation.database.read() as session:
        users.require_admin(session, acting, "models")
        return _in_full(_existing(session, model_id), _collections(session).get(model_id, 0))


def add(
    installation: Installation,
    acting: User,
    draft: Draft,
    *,
    origin: str | None = None,
    capabilities: dict[str, Any] | None = None,
) -> Model:
    """Register a model; it is active at once, and the default only if it is made so.

    ``capabilities`` are what a trial of the same draft has learnt. Raises ``NotAllowed`` for anyone but an
    admin, ``InvalidInput``, and ``Conflict`` for a name that is taken.
    """
    draft = checked(draft)
    row = ModelRow(id=new_id(), origin=(origin or acting.name)[:120])
    _write(installation, row, draft)
    note_trial(row, capabilities)
    try:
        with installation.database.session() as session:
            users.require_admin(session, acting, "models")
            session.add(row)
    except IntegrityError as error:
        raise _name_taken(draft.name) from error
    return _in_full(row, 0)


def edit(
    installation: Installation,
    acting: User,
    model_id: str,
    version: int,
    draft: Draft,
    *,
    capabilities: dict[str, Any] | None = None,
) -> Model:
    """Change a model whose form was opened at ``version``.

    Raises ``NotAllowed`` for anyone but an admin, ``NotFound``, ``InvalidInput``, and ``Conflict`` when
    someone changed it since, or when the name is taken.
    """
    try:
        with installation.database.session() as session:
            users.require_admin(session, acting, "models")
            row = _existing(session, model_id, lock=True)
            if row.version != version:
                msg = (
                    f"Someone changed “{row.name}” meanwhile. Close this form, look at it, and edit it anew."
                )
                raise Conflict(msg)
            uses = _collections(session).get(row.id, 0)
            draft = checked_change(row, draft, uses)
            if dict(draft.parameters) != row.parameters or draft.secret or draft.remove_key:
                kept = ("dimension",) if uses else ()
                row.capabilities = {name: row.capabilities[name] for name in kept if name in row.capabilities}
                row.tested_at = None
            _write(installation, row, draft)
            row.version += 1
            note_trial(row, capabilities)
            session.flush()
            return _in_full(row, uses)
    except IntegrityError as error:
        raise _name_taken(draft.name) from error


def set_active(installation: Installation, acting: User, model_id: str, *, active: bool) -> None:
    """Offer a model or stop offering it; what uses it already goes on. Activating brings a retired one back.

    Raises ``NotAllowed`` for anyone but an admin, ``NotFound``, and ``InvalidInput`` for the default and
    for Extractive, which must stay.
    """
    with installation.database.session() as session:
        users.require_admin(session, acting, "models")
        row = _existing(session, model_id, lock=True)
        if not active and row.is_default:
            msg = f"“{row.name}” is the default. Make another model the default first."
            raise InvalidInput(msg)
        if not active and row.id == EXTRACTIVE:
            msg = f"“{row.name}” answers when no language model can, so it stays active."
            raise InvalidInput(msg)
        row.active = active
        row.retired = row.retired and not active
        row.is_fallback = row.is_fallback and active
        row.version += 1


def set_default(installation: Installation, acting: User, model_id: str) -> None:
    """Make an active model the one that is used when nobody chooses; the one before loses the mark.

    Raises ``NotAllowed`` for anyone but an admin, ``NotFound``, and ``InvalidInput`` for an inactive one.
    """
    with installation.database.session() as session:
        users.require_admin(session, acting, "models")
        _make_default(session, _active_row(session, model_id))


def set_fallback(installation: Installation, acting: User, model_id: str | None) -> None:
    """Choose the language model that takes over when another does not answer; ``None``: none does.

    Raises ``NotAllowed`` for anyone but an admin, ``NotFound``, and ``InvalidInput`` for an inactive one
    and for what is no language model.
    """
    with installation.database.session() as session:
        users.require_admin(session, acting, "models")
        row = None if model_id is None else _active_row(session, model_id)
        if row is not None and row.kind != ModelKind.LLM:
            msg = f"“{row.name}” is no language model. Choose one that answers questions."
            raise InvalidInput(msg)
        session.execute(update(ModelRow).where(ModelRow.is_fallback).values(is_fallback=False))
        if row is not None:
            row.is_fallback = True


def delete(installation: Installation, acting: User, model_id: str) -> bool:
    """Remove a model with its key; an embedding that collections use is retired instead.

    Returns whether it is gone. When it was the default, the built-in one becomes the default. Conversations
    that had chosen it go on with the default. Raises ``NotAllowed`` for anyone but an admin and for what is
    part of the program, and ``NotFound``.
    """
    with installation.database.session() as session:
        users.require_admin(session, acting, "models")
        row = _existing(session, model_id, lock=True)
        if row.id in BUILT_IN.values():
            msg = f"“{row.name}” is part of the program and cannot be deleted."
            raise NotAllowed(msg)
        if row.is_default:
            built_in = _existing(session, BUILT_IN[ModelKind(row.kind)], lock=True)
            built_in.active = True
            _make_default(session, built_in)
        if _collections(session).get(row.id):
            row.active, row.retired, row.is_fallback = False, True, False
            row.version += 1
            return False
        session.execute(
            update(ConversationRow).where(ConversationRow.model_id == row.id).values(model_id=None)
        )
        session.delete(row)
        return True


def checked_change(row: ModelRow, draft: Draft, uses: int, *, complete: bool = True) -> Draft:
    """The checked draft of a change of ``row``, an embedding of ``uses`` collections if it is one.

    Raises ``InvalidInput`` for what must not change: kind and provider, what the vectors in the collections
    depend on, and the server that a kept key would be sent to.
    """
    draft = checked(draft, has_key=row.secret is not None, complete=complete)
    if (draft.kind, draft.provider) != (row.kind, row.provider):
        msg = f"“{row.name}” keeps its kind and its provider. Add another model instead."
        raise InvalidInput(msg)
    new, old = dict(draft.parameters), row.parameters
    if uses and complete and any(new.get(name) != old.get(name) for name in IDENTITY):
        msg = f"Collections are indexed with “{row.name}”, so its model stays. Add another embedding instead."
        raise InvalidInput(msg)
    if row.secret is not None and not (draft.secret or draft.remove_key):
        fields = providers.provider(row.provider).parameters(draft.kind)
        urls = [known.name for known in fields if known.kind == "url"]
        if any(origin_of(str(new.get(name, ""))) != origin_of(str(old.get(name, ""))) for name in urls):
            msg = "The address is another server's: the key that is kept would be sent there. Enter it again."
            raise InvalidInput(msg)
    return draft


def _active(kind: ModelKind) -> Select[ModelRow]:
    return select(ModelRow).where(ModelRow.kind == kind, ModelRow.active, ModelRow.retired.is_(False))


def _existing(session: Session, model_id: str, *, lock: bool = False) -> ModelRow:
    row = session.get(ModelRow, model_id, with_for_update=lock)
    if row is None:
        msg = "This model was deleted. Choose another one."
        raise NotFound(msg)
    return row


def _active_row(session: Session, model_id: str) -> ModelRow:
    row = _existing(session, model_id, lock=True)
    if not row.active or row.retired:
        msg = f"“{row.name}” is not active. Activate it first."
        raise InvalidInput(msg)
    return row


def _make_default(session: Session, row: ModelRow) -> None:
    others = update(ModelRow).where(ModelRow.kind == row.kind, ModelRow.is_default)
    session.execute(others.values(is_default=False))
    row.is_default = True


def _write(installation: Installation, row: ModelRow, draft: Draft) -> None:
    row.kind, row.name, row.provider = draft.kind, draft.name, draft.provider
    row.parameters = dict(draft.parameters)
    if draft.secret:
        row.secret = secrets.encrypt(installation, draft.secret)
    elif draft.remove_key:
        row.secret = None
    row.updated_at = now()


def note_trial(row: ModelRow, capabilities: dict[str, Any] | None) -> None:
    """Keep what a trial has learnt of a model, if there was one; an error of an earlier one is over."""
    if capabilities is not None:
        kept = {name: value for name, value in (row.capabilities or {}).items() if name != "error"}
        row.capabilities = {**kept, **capabilities}
        row.tested_at = now()


def _name_taken(name: str) -> Conflict:
    return Conflict(f"There is a model named “{name}” already. Choose another name.")


def _collections(session: Session) -> dict[str, int]:
    count = func.count(IndexVersionRow.collection_id.distinct())
    rows = session.execute(select(IndexVersionRow.embedding, count).group_by(IndexVersionRow.embedding))
    return {row[0]: row[1] for row in rows}


def _shown(row: ModelRow) -> Model:
    return Model(
        id=row.id,
        kind=ModelKind(row.kind),
        name=row.name,
        provider=row.provider,
        active=row.active,
        is_default=row.is_default,
        is_fallback=row.is_fallback,
        retired=row.retired,
        origin=row.origin,
        version=row.version,
        has_secret=row.secret is not None,
        capabilities={name: value for name, value in row.capabilities.items() if name != "error"},
        tested_at=row.tested_at,
    )


def _in_full(row: ModelRow, collections: int) -> Model:
    return replace(
        _shown(row),
        parameters=dict(row.parameters),
        capabilities=dict(row.capabilities),
        collections=collections,
    )
