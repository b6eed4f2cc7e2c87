"""Passwords: what one must be like, and how it is kept (bcrypt) and checked."""

from __future__ import annotations

import secrets
import unicodedata

import bcrypt

from domain.errors import InvalidInput

MIN_CHARACTERS = 8
MAX_BYTES = 72
GENERATED_CHARACTERS = 16
TOO_LONG = (
    f"Passwords have at most {MAX_BYTES} bytes (accented letters and symbols count as 2 to 4). Shorten it."
)
ROUNDS = 12
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# Hash of a random text nobody kept: checking it costs what checking a real one costs.
_DUMMY_HASH = "$2b$12$eJqYD5Bf08epaay2jkxguONh2fmlpg9v9SNFiUmWUBQPKD8DdAueS"


def check_rules(password: str, user_name: str) -> None:
    """Raise ``InvalidInput`` with the reason when ``password`` may not be used by ``user_name``."""
    password = _normal(password)
    if len(password) < MIN_CHARACTERS:
        msg = f"The password is too short. Use at least {MIN_CHARACTERS} characters."
        raise InvalidInput(msg)
    if len(password.encode()) > MAX_BYTES:
        raise InvalidInput(TOO_LONG)
    if password != password.strip():
        msg = "The password starts or ends with a space. Remove the space."
        raise InvalidInput(msg)
    if any(unicodedata.category(character) == "Cc" for character in password):
        msg = "The password contains a control character. Use letters, digits and symbols."
        raise InvalidInput(msg)
    if password.casefold().strip("0123456789") in {user_name.casefold(), "admin", "password"}:
        msg = "The password is too easy to guess. Use something other than a name and digits."
        raise InvalidInput(msg)


def hash_password(password: str) -> str:
    """The bcrypt hash of a password that keeps the rules."""
    return bcrypt.hashpw(_normal(password).encode(), bcrypt.gensalt(ROUNDS)).decode()


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether ``password`` has this hash; without one it takes the same time and is ``False``."""
    try:
        matches = bcrypt.checkpw(_normal(password).encode(), (password_hash or _DUMMY_HASH).encode())
    except ValueError:
        return False
    return matches and password_hash is not None


def fits(password: str) -> bool:
    """Whether bcrypt can tell ``password`` from every other: it has 72 bytes at most."""
    return len(_normal(password).encode()) <= MAX_BYTES


def generate() -> str:
    """A random password without characters that are easily confused (about 93 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(GENERATED_CHARACTERS))


def _normal(password: str) -> str:
    # The same letters typed on another keyboard may arrive decomposed.
    return unicodedata.normalize("NFC", password)
