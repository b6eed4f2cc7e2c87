"""Unit tests reach no network."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Refuse every connection but those to sockets of this machine's file system."""
    connect = socket.socket.connect

    def refuse(self, address):
        if self.family != getattr(socket, "AF_UNIX", None):
            pytest.fail(f"a unit test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)
