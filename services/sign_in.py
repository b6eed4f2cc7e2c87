"""Signing in and staying signed in: checked passwords, grants, and how they end.

A *grant* is what a browser holds after signing in: a signed token with the user's id, its own id, when it
was issued and when it ends; nothing else, and no secret. It is good for nothing by itself: every request
reads the user anew and refuses a grant that

- has ended, or was signed with another installation's key;
- was issued before the user's ``sessions_valid_after`` (a changed or reset password, a disabled account and
  "sign out everywhere" move that point to the present);
- belongs to a disabled or unknown user;
- was signed out: ``sign_out`` revokes this one grant, wherever a copy of it may be, and no other.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from sqlalchemy import delete, update

from domain.errors import SignInFailed
from domain.users import User
from services import passwords, users
from services.installation import Installation
from services.tables import SettingRow, UserRow, new_id, now

MAX_FAILURES = 5
LOCK = timedelta(minutes=5)
COOKIE_NAME = "evidentia_session"
_REVOKED = "revoked/"
_ALGORITHM = "HS256"
_SEEN_EVERY = timedelta(minutes=5)
_MAX_UNKNOWN_NAMES = 10_000
_WRONG = "The user name or the password is wrong. Check both and try again."


@dataclass(frozen=True, slots=True)
class Grant:
    """A browser's right to act as ``user_id`` from ``issued_at`` to ``ends_at`` (both UTC)."""

    id: str
    user_id: str
    issued_at: datetime
    ends_at: datetime


@dataclass(slots=True)
class _Failures:
    count: int = 0
    locked_until: datetime | None = None


class _UnknownNames:
    """Failures of names that no user has, so that they lock like real ones and tell nothing apart.

    Kept in memory for the latest 10,000 names: whoever invents names must not fill the database.
    """

    def __init__(self) -> None:
        self._names: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, name: str, moment: datetime) -> _Failures:
        with self._lock:
            failures = self._names.setdefault(name[:200], _Failures())
            self._names.move_to_end(name[:200])
            if len(self._names) > _MAX_UNKNOWN_NAMES:
                self._names.popitem(last=False)
            _count_failure(failures, moment)
            return failures


_unknown_names = _UnknownNames()


def sign_in(installation: Installation, name: str, password: str) -> tuple[User, Grant]:
    """Check name (case is ignored) and password, and grant a session.

    Every attempt counts as a failure before the password is checked, so that attempts at the same time
    cannot get past the limit; after 5 in a row the name is locked for 5 minutes, whether it exists or not.
    Raises ``SignInFailed`` with the same sentences, after the same time, for unknown and known names.
    """
    name = name.strip().lower()
    if not name or not password:
        msg = "Type your user name and your password."
        raise SignInFailed(msg)
    if not passwords.fits(password):
        raise SignInFailed(passwords.TOO_LONG)
    user_id, password_hash, locked_until = _count_attempt(installation, name)
    right = passwords.is_right(password, password_hash)
    if not right or user_id is None:
        raise SignInFailed(_locked(locked_until) if locked_until else _WRONG)
    return _granted(installation, user_id, password_hash)


def resume(installation: Installation, grant: Grant) -> User | None:
    """The user that ``grant`` stands for, read anew from the database; ``None`` when it is good no more."""
    moment = now()
    if grant.ends_at <= moment:
        return None
    with installation.database.read() as session:
        row = session.get(UserRow, grant.user_id)
        if row is None or not row.active or grant.issued_at < row.sessions_valid_after:
            return None
        if session.get(SettingRow, _REVOKED + grant.id) is not None:
            return None
        user, seen = users.as_user(row), row.last_seen_at
    if seen is None or moment - seen > _SEEN_EVERY:
        with installation.database.session() as session:
            session.execute(update(UserRow).where(UserRow.id == user.id).values(last_seen_at=moment))
    return user


def renew(installation: Installation, user: User) -> Grant:
    """A fresh grant for a user who has just changed the password, which ended all earlier ones."""
    with installation.database.read() as session:
        row = session.get_one(UserRow, user.id)
        return _new_grant(installation, row)


def sign_out(installation: Installation, grant: Grant) -> None:
    """Revoke this grant: this browser's session and every copy of its cookie. Others stay signed in."""
    with installation.database.session() as session:
        expired = SettingRow.key.startswith(_REVOKED) & (SettingRow.value < now().isoformat())
        session.execute(delete(SettingRow).where(expired))
        if session.get(SettingRow, _REVOKED + grant.id) is None:
            session.add(SettingRow(key=_REVOKED + grant.id, value=grant.ends_at.isoformat()))


def sign_out_everywhere(installation: Installation, user: User) -> None:
    """End all sessions of ``user``, on every device, at once."""
    with installation.database.session() as session:
        session.get_one(UserRow, user.id).sessions_valid_after = now()


def to_token(installation: Installation, grant: Grant) -> str:
    """The grant as the text of a cookie, signed with the installation's key."""
    claims: dict[str, Any] = {
        "grant": grant.id,
        "user": grant.user_id,
        "issued_at": grant.issued_at.isoformat(),
        "ends_at": grant.ends_at.isoformat(),
    }
    return jwt.encode(claims, installation.cookie_key, algorithm=_ALGORITHM)


def from_token(installation: Installation, token: str | None) -> Grant | None:
    """The grant in a cookie's text; ``None`` when there is none or it was not signed here."""
    if not token:
        return None
    try:
        claims = jwt.decode(token, installation.cookie_key, algorithms=[_ALGORITHM])
        return Grant(
            id=str(claims["grant"]),
            user_id=str(claims["user"]),
            issued_at=datetime.fromisoformat(claims["issued_at"]).astimezone(UTC),
            ends_at=datetime.fromisoformat(claims["ends_at"]).astimezone(UTC),
        )
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return None


def _count_attempt(installation: Installation, name: str) -> tuple[str | None, str | None, datetime | None]:
    """Count one failure ahead of the check; returns user id, hash and the lock this failure would bring.

    Raises ``SignInFailed`` while the name is locked.
    """
    moment = now()
    with installation.database.session() as session:
        row = users.find(session, name, lock=True)
        if row is not None:
            failures = _Failures(row.failed_sign_ins, row.locked_until)
            _count_failure(failures, moment)
            row.failed_sign_ins, row.locked_until = failures.count, failures.locked_until
            return row.id, row.password_hash, failures.locked_until
    return None, None, _unknown_names.count(name, moment).locked_until


def _count_failure(failures: _Failures, moment: datetime) -> None:
    if failures.locked_until is not None:
        if failures.locked_until > moment:
            raise SignInFailed(_locked(failures.locked_until))
        failures.count, failures.locked_until = 0, None
    failures.count += 1
    if failures.count >= MAX_FAILURES:
        failures.locked_until = moment + LOCK


def _granted(installation: Installation, user_id: str, checked_hash: str | None) -> tuple[User, Grant]:
    with installation.database.session() as session:
        row = session.get(UserRow, user_id)
        if row is None or row.password_hash != checked_hash:
            raise SignInFailed(_WRONG)
        row.failed_sign_ins, row.locked_until = 0, None
        if row.active:
            row.last_seen_at = now()
            return users.as_user(row), _new_grant(installation, row)
    # Only who knows the password learns that the account exists and is disabled.
    msg = "This account is disabled. Ask an admin to enable it."
    raise SignInFailed(msg)


def _new_grant(installation: Installation, row: UserRow) -> Grant:
    # Never before the point that ended the earlier ones, even when the clock was set back since.
    issued_at = max(now(), row.sessions_valid_after)
    days = timedelta(days=installation.settings.session_days)
    return Grant(new_id(), row.id, issued_at, issued_at + days)


def _locked(until: datetime) -> str:
    minutes = max(1, math.ceil((until - now()).total_seconds() / 60))
    wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"Too many failed attempts. Wait {wait}, then try again."
