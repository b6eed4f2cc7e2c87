"""Thumbs: whether an answer was good, in the words of whoever asked."""

from __future__ import annotations

from domain.errors import InvalidInput
from domain.users import User
from services import runs
from services.installation import Installation
from services.tables import now

GOOD, BAD = 1, -1
MAX_REASON = 2000


def give(installation: Installation, user: User, run_id: str, value: int | None, reason: str = "") -> None:
    """Say that an answer is ``GOOD`` or ``BAD``, and why; ``None`` takes it back.

    Only who asked may. Raises ``NotFound`` and ``InvalidInput``.
    """
    reason = reason.strip()
    if value not in (GOOD, BAD, None):
        msg = "Feedback is good or bad."
        raise InvalidInput(msg)
    if len(reason) > MAX_REASON:
        msg = f"The reason is longer than {MAX_REASON:,} characters. Shorten it."
        raise InvalidInput(msg)
    with installation.database.session() as session:
        row = runs.readable(session, user, run_id)
        row.feedback = value
        row.feedback_reason = (reason or None) if value is not None else None
        row.feedback_at = now() if value is not None else None
