"""Who may use the installation: accounts, roles and passwords."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from domain.users import Role, User
from services import passwords
from services.installation import Installation
from services.tables import SettingRow, UserRow, new_id, now

FIRST_NAME = "admin"
FIRST_PASSWORD = "admin"  # noqa: S105 - refused by the server as soon as anyone else could reach it
NAME = re.compile(r"[A-Za-z0-9_.-]{3,32}")
NAME_RULE = "A user name has 3 to 32 characters: letters A to Z, digits, and . _ -."
FIRST_ADMIN = "first_admin"
INITIAL_PASSWORD = "initial_password"  # noqa: S105 - the name of a setting


@dataclass(frozen=True, slots=True)
class Account:
    """An account as administrators see it; times in UTC."""

    id: str
    name: str
    role: Role
    active: bool
    must_change_password: bool
    locked_until: datetime | None
    last_seen_at: datetime | None
    created_at: datetime


def create_first_admin(installation: Installation) -> User | None:
    """Create ``admin`` with the password ``admin``, once in the life of an installation.

    Returns the new user, or ``None`` when it was done before, also when that account has since been
    renamed. The password works from this machine only and must be changed before anything else.
    """
    with installation.database.session() as session:
        if session.get(SettingRow, FIRST_ADMIN) is not None:
            return None
        row = UserRow(
            id=new_id(),
            name=FIRST_NAME,
            password_hash=passwords.hash_password(FIRST_PASSWORD),
            role=Role.ADMIN,
            must_change_password=True,
        )
        session.add(row)
        session.add(SettingRow(key=FIRST_ADMIN, value=row.id))
        session.add(SettingRow(key=INITIAL_PASSWORD, value=row.id))
        return as_user(row)


def has_initial_password(installation: Installation) -> bool:
    """Whether the first admin's well-known password still works; only this machine may connect then."""
    with installation.database.read() as session:
        return session.get(SettingRow, INITIAL_PASSWORD) is not None


def operator(installation: Installation, name: str | None = None) -> User:
    """The user on whose behalf the command line acts: the one called ``name``, else the oldest active admin.

    Whoever may read the data folder may do anything with it, so no password is asked for there.
    Raises ``NotFound`` for an unknown or disabled name, and before the first start.
    """
    query = select(UserRow).where(UserRow.active).order_by(UserRow.created_at)
    if name is None:
        query = query.where(UserRow.role == Role.ADMIN)
    else:
        query = query.where(func.lower(UserRow.name) == name.strip().lower())
    with installation.database.read() as session:
        row = session.scalars(query).first()
        if row is not None:
            return as_user(row)
    if name is None:
        msg = "There is no active admin yet. Start the app once, then try again."
    else:
        msg = f"There is no active user named “{name}”. Check the spelling."
    raise NotFound(msg)


def listing(installation: Installation, acting: User) -> list[Account]:
    """All accounts by name. Raises ``NotAllowed`` for anyone but an admin."""
    with installation.database.read() as session:
        require_admin(session, acting)
        rows = session.scalars(select(UserRow).order_by(func.lower(UserRow.name)))
        return [_as_account(row) for row in rows]


def add(
    installation: Installation, acting: User, name: str, role: Role = Role.MEMBER, password: str | None = None
) -> str:
    """Add an account and return its first password, which must be changed at the first sign-in.

    A password is generated when none is given. Raises ``NotAllowed`` for anyone but an admin,
    ``InvalidInput`` for an unusable name or password, ``Conflict`` for a name in use (case is ignored).
    """
    name = name.strip()
    if not NAME.fullmatch(name):
        raise InvalidInput(NAME_RULE)
    password = _given_or_generated(password, name)
    password_hash = passwords.hash_password(password)
    with installation.database.session() as session:
        require_admin(session, acting)
        if find(session, name) is not None:
            msg = f"There is a user named “{name}” already. Choose another name."
            raise Conflict(msg)
        row = UserRow(
            id=new_id(), name=name, password_hash=password_hash, role=Role(role), must_change_password=True
        )
        session.add(row)
    return password


def reset_password(installation: Installation, acting: User, name: str, password: str | None = None) -> str:
    """Give ``name`` a new password, end all its sessions and lift a lock; returns the password.

    It must be changed at the next sign-in. One is generated when none is given. Raises ``NotAllowed``,
    ``NotFound`` and ``InvalidInput``.
    """
    password = _given_or_generated(password, name)
    password_hash = passwords.hash_password(password)
    with installation.database.session() as session:
        require_admin(session, acting)
        row = _existing(session, name)
        _set_password(session, row, password_hash, must_change=True)
    return password


def change_password(installation: Installation, acting: User, current: str, new: str) -> None:
    """Change one's own password; all sessions of the user end, the one that asks included.

    Raises ``InvalidInput`` when ``current`` is wrong, the new one equals it or breaks the rules.
    """
    passwords.check_rules(new, acting.name)
    with installation.database.read() as session:
        row = _by_id(session, acting.id)
        current_hash = row.password_hash
    if not passwords.is_right(current, current_hash):
        msg = "The current password is wrong. Type the password that you signed in with."
        raise InvalidInput(msg)
    if passwords.is_right(new, current_hash):
        msg = "The new password equals the current one. Choose another."
        raise InvalidInput(msg)
    new_hash = passwords.hash_password(new)
    with installation.database.session() as session:
        row = _by_id(session, acting.id)
        if row.password_hash != current_hash:
            msg = "The password was changed elsewhere in the meantime. Sign in again."
            raise Conflict(msg)
        _set_password(session, row, new_hash, must_change=False)


def set_role(installation: Installation, acting: User, name: str, role: Role) -> None:
    """Change what ``name`` may do, from its next click on.

    Raises ``NotAllowed`` for anyone but an admin and for one's own role, ``NotFound``.
    """
    with installation.database.session() as session:
        require_admin(session, acting)
        row = _existing(session, name)
        if row.id == acting.id:
            msg = "You cannot change your own role. Ask another admin."
            raise NotAllowed(msg)
        row.role = Role(role)


def set_active(installation: Installation, acting: User, name: str, *, active: bool) -> None:
    """Disable or enable an account; disabling ends its sessions at once.

    Raises ``NotAllowed`` for anyone but an admin and for one's own account, ``NotFound``.
    """
    with installation.database.session() as session:
        require_admin(session, acting)
        row = _existing(session, name)
        if row.id == acting.id:
            msg = "You cannot disable your own account. Ask another admin."
            raise NotAllowed(msg)
        row.active = active
        if not active:
            row.sessions_valid_after = now()


def find(session: Session, name: str, *, lock: bool = False) -> UserRow | None:
    """The row of the user called ``name``, whatever the case; locked to the transaction's end if asked."""
    query = select(UserRow).where(func.lower(UserRow.name) == name.strip().lower())
    return session.scalars(query.with_for_update() if lock else query).first()


def require_admin(session: Session, acting: User, what: str = "users") -> None:
    """Raise ``NotAllowed`` for anyone but an admin; ``what`` says in the plural what only admins manage."""
    # The row counts, not the object: the role may have been taken away since it was read.
    row = session.get(UserRow, acting.id)
    if row is None or not row.active or row.role != Role.ADMIN:
        msg = f"Only an admin may manage {what}. Ask an admin to do it."
        raise NotAllowed(msg)


def as_user(row: UserRow) -> User:
    """The acting user that a row stands for."""
    return User(id=row.id, name=row.name, role=Role(row.role), must_change_password=row.must_change_password)


def _as_account(row: UserRow) -> Account:
    locked = row.locked_until if row.locked_until is not None and row.locked_until > now() else None
    return Account(
        row.id,
        row.name,
        Role(row.role),
        row.active,
        row.must_change_password,
        locked,
        row.last_seen_at,
        row.created_at,
    )


def _existing(session: Session, name: str) -> UserRow:
    row = find(session, name)
    if row is None:
        msg = f"There is no user named “{name}”. Check the spelling."
        raise NotFound(msg)
    return row


def _by_id(session: Session, user_id: str) -> UserRow:
    row = session.get(UserRow, user_id)
    if row is None or not row.active:
        msg = "This account does not exist any more. Ask an admin."
        raise NotAllowed(msg)
    return row


def _given_or_generated(password: str | None, name: str) -> str:
    if password is None:
        return passwords.generate()
    passwords.check_rules(password, name)
    return password


def _set_password(session: Session, row: UserRow, password_hash: str, *, must_change: bool) -> None:
    row.password_hash = password_hash
    row.must_change_password = must_change
    row.sessions_valid_after = now()
    row.failed_sign_ins = 0
    row.locked_until = None
    pending = session.get(SettingRow, INITIAL_PASSWORD)
    if pending is not None and pending.value == row.id:
        session.delete(pending)
