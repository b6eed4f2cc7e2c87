"""Secrets at rest: encrypted with a key that is derived from the installation's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from domain.errors import ModelRefused
from services.installation import Installation


def encrypt(installation: Installation, plain: str) -> str:
    """``plain`` as it may lie in the database; the same text gives another result each time."""
    return _cipher(installation).encrypt(plain.encode()).decode()


def decrypt(installation: Installation, token: str, name: str) -> str:
    """What ``encrypt`` was given; ``name`` says whose key it is.

    Raises ``ModelRefused`` when the installation's secret is not the one it was encrypted with.
    """
    try:
        return _cipher(installation).decrypt(token.encode()).decode()
    except InvalidToken as error:
        msg = f"The key of “{name}” cannot be read with this installation's secret. Enter it again."
        raise ModelRefused(msg) from error


def _cipher(installation: Installation) -> Fernet:
    # Derived anew for each use: it takes microseconds, and nothing holds a second copy of the key.
    key = hmac.new(installation.secret, b"keys of models", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
