"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do: members chat, analysts also read statistics, admins also manage."""

    MEMBER = "member"
    ANALYST = "analyst"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class User:
    """The acting user, read anew from the database for every request."""

    id: str
    name: str
    role: Role
    must_change_password: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether the user manages the installation."""
        return self.role is Role.ADMIN

    @property
    def reads_statistics(self) -> bool:
        """Whether the user may open Analytics."""
        return self.role in (Role.ANALYST, Role.ADMIN)
