"""What people set for themselves, and what administrators set for everybody.

A value is the user's own, else the installation's, else the shipped one. Only what differs is stored, so
that a default that changes reaches everyone who left it alone. What another version of the program saved is
read as far as it fits and kept as it is: an unknown name or an unusable value never breaks the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import preferences as words
from domain.errors import InvalidInput, NotAllowed
from domain.languages import LANGUAGES
from domain.models import ModelKind
from domain.preferences import LANGUAGE_OF_QUESTION, MAX_PROMPT, Preferences
from domain.users import User
from pipelines import prompts
from pipelines.methods import METHODS
from services import models, users
from services.installation import Installation
from services.tables import ModelRow, SettingRow, UserRow

SETTING = "preferences"
NAMES = tuple(field.name for field in fields(Preferences))
SHIPPED = Preferences()


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a value must be, and the sentence for one that is not."""

    fits: Callable[[Any], bool]
    sentence: str


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and _number(value, low, high)


def _share(value: Any) -> bool:
    return value is None or _number(value, 0, 1)


def _prompt(value: Any) -> bool:
    return value is None or (isinstance(value, str) and 0 < len(value.strip()) <= len(value) <= MAX_PROMPT)


_PROMPT_RULE = _Rule(_prompt, "A prompt has 1 to 4000 characters; reset it to use the shipped one.")
_RULES: dict[str, _Rule] = {
    "model": _Rule(
        lambda value: value is None or (isinstance(value, str) and 0 < len(value) <= 64),
        "There is no such active language model. Choose another one.",
    ),
    "passages": _Rule(
        partial(_whole, low=1, high=words.MAX_PASSAGES),
        "The number of passages is a whole number from 1 to 50.",
    ),
    "weight": _Rule(_share, "The weight of similarity is a number from 0 to 1, or left as fitted."),
    "threshold": _Rule(_share, "The confidence threshold is a number from 0 to 1, or left as fitted."),
    "temperature": _Rule(
        partial(_number, low=0, high=words.MAX_TEMPERATURE), "The temperature is a number from 0 to 2."
    ),
    "max_tokens": _Rule(
        partial(_whole, low=words.MIN_TOKENS, high=words.MAX_TOKENS),
        "The maximum of tokens is a whole number from 16 to 8192.",
    ),
    "history": _Rule(
        partial(_whole, low=0, high=words.MAX_HISTORY),
        "The number of earlier turns is a whole number from 0 to 20.",
    ),
    "method": _Rule(lambda value: value in methods(), "There is no such method. Choose one of the list."),
    "language": _Rule(
        lambda value: value == LANGUAGE_OF_QUESTION or (isinstance(value, str) and value in LANGUAGES),
        "That language of answers is not known. Choose one of the list.",
    ),
    "instructions": _PROMPT_RULE,
    "question_prompt": _PROMPT_RULE,
    "theme": _Rule(lambda value: value in words.THEMES, "The theme is system, light or dark."),
    "interface": _Rule(
        lambda value: value is None or value in words.INTERFACE_LANGUAGES,
        "The pages do not speak that language. Choose one of the list.",
    ),
}


def methods() -> dict[str, str]:
    """How a language model may come to an answer: titles by key, for choosing."""
    return {method.key: method.title for method in METHODS.values() if method.needs_model}


def of(installation: Installation, user: User) -> Preferences:
    """What holds for ``user``. One cheap read; never an error for what is stored."""
    everybodys = select(SettingRow.value).where(SettingRow.key == SETTING).scalar_subquery()
    query = select(UserRow.preferences, everybodys).where(UserRow.id == user.id)
    with installation.database.read() as session:
        row = session.execute(query).first()
        mine, shared = (row[0], row[1]) if row is not None else ({}, None)
        return _merged(session, _parsed(shared), mine)


def own(installation: Installation, user: User) -> dict[str, Any]:
    """Only what ``user`` has set, by name; all else follows ``defaults``."""
    with installation.database.read() as session:
        row = session.get(UserRow, user.id)
        return {} if row is None else _usable(session, row.preferences)


def defaults(installation: Installation, _user: User) -> Preferences:
    """What holds for those who have set nothing: the installation's defaults over the shipped ones."""
    with installation.database.read() as session:
        return _merged(session, _stored_defaults(session))


def changed_defaults(installation: Installation, _user: User) -> dict[str, Any]:
    """Only what an admin has set for everybody, by name; all else is as shipped."""
    with installation.database.read() as session:
        return _usable(session, _stored_defaults(session))


def shipped_prompts() -> dict[str, str]:
    """The prompts that hold where nobody has set others, by the name of their preference."""
    return {"instructions": prompts.INSTRUCTIONS, "question_prompt": prompts.QUESTION}


def save(installation: Installation, user: User, **changes: Any) -> None:
    """Set some of one's own preferences; one that equals the default is not kept as one's own.

    Raises ``InvalidInput`` for the first value that cannot be used (nothing is saved then).
    """
    with installation.database.session() as session:
        row = _row(session, user)
        changes = _checked(session, changes)
        row.preferences = _differing(
            {**_mapping(row.preferences), **changes}, changes, _merged(session, _stored_defaults(session))
        )


def save_defaults(installation: Installation, admin: User, **changes: Any) -> None:
    """Set some defaults of the installation; those who have set their own keep them.

    Raises ``NotAllowed`` for anyone but an admin and ``InvalidInput`` as ``save`` does.
    """
    with installation.database.session() as session:
        users.require_admin(session, admin, "everybody's defaults")
        changes = _checked(session, changes)
        _store_defaults(session, _differing({**_stored_defaults(session), **changes}, changes, SHIPPED))


def reset(installation: Installation, user: User, names: Iterable[str] = NAMES) -> None:
    """Forget one's own values of ``names``, all if none are given: the defaults hold again."""
    dropped = set(names)
    with installation.database.session() as session:
        row = _row(session, user)
        kept = {name: value for name, value in _mapping(row.preferences).items() if name not in dropped}
        row.preferences = kept


def reset_defaults(installation: Installation, admin: User, names: Iterable[str] = NAMES) -> None:
    """Forget the installation's values of ``names``: the shipped ones hold again.

    Raises ``NotAllowed`` for anyone but an admin.
    """
    dropped = set(names)
    with installation.database.session() as session:
        users.require_admin(session, admin, "everybody's defaults")
        stored = _stored_defaults(session)
        _store_defaults(session, {name: value for name, value in stored.items() if name not in dropped})


def _merged(session: Session, *layers: Mapping[str, Any]) -> Preferences:
    values = asdict(SHIPPED)
    for layer in layers:
        values |= _usable(session, layer)
    return Preferences(**values)


def _usable(session: Session, stored: object) -> dict[str, Any]:
    # Each alone: what a newer or an older program saved must not take the rest with it.
    found = {name: value for name, value in _mapping(stored).items() if name in _RULES}
    return {name: value for name, value in found.items() if _fits(session, name, value)}


def _checked(session: Session, changes: dict[str, Any]) -> dict[str, Any]:
    for name, value in changes.items():
        if not _fits(session, name, value):
            raise InvalidInput(_RULES[name].sentence)
    return changes


def _fits(session: Session, name: str, value: Any) -> bool:
    if not _RULES[name].fits(value):
        return False
    return name != "model" or value is None or _is_active(session, value)


def _is_active(session: Session, model_id: str) -> bool:
    if model_id == models.EXTRACTIVE:
        return True
    row = session.get(ModelRow, model_id)
    return row is not None and row.kind == ModelKind.LLM and row.active and not row.retired


def _differing(stored: dict[str, Any], changes: Iterable[str], base: Preferences) -> dict[str, Any]:
    same = {name for name in changes if stored[name] == getattr(base, name)}
    return {name: value for name, value in stored.items() if name not in same}


def _stored_defaults(session: Session) -> dict[str, Any]:
    row = session.get(SettingRow, SETTING)
    return _parsed(row.value if row is not None else None)


def _store_defaults(session: Session, values: dict[str, Any]) -> None:
    session.merge(SettingRow(key=SETTING, value=json.dumps(values, ensure_ascii=False)))


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        return _mapping(json.loads(text or "{}"))
    except ValueError:
        return {}


def _mapping(stored: object) -> dict[str, Any]:
    return dict(stored) if isinstance(stored, dict) else {}


def _row(session: Session, user: User) -> UserRow:
    row = session.get(UserRow, user.id)
    if row is None or not row.active:
        msg = "This account does not exist any more. Ask an admin."
        raise NotAllowed(msg)
    return row
