"""What every request passes before it reaches a page, and when the server refuses to start."""

import pytest

from components import server
from domain.errors import NotAllowed
from services import users


class Probe:
    """An ASGI app that notes whether it was reached."""

    def __init__(self):
        self.reached = 0

    async def __call__(self, scope, receive, send):
        self.reached += 1
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
            await send({"type": "http.response.body", "body": b"page"})


@pytest.fixture
def initial(monkeypatch):
    """Whether the initial password is in place; the test may change it."""
    state = [True]
    asked = []
    monkeypatch.setattr(server.setup, "current", lambda: None)
    monkeypatch.setattr(users, "has_initial_password", lambda _: bool(asked.append(1)) or state[0])
    state.append(asked)
    return state


def request(guard, client="127.0.0.1", host="localhost:8501", kind="http", **headers):
    """What the guard sends back for one request."""
    given = [(b"host", host.encode())]
    given += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "client": client and (client, 5000), "headers": given}
    sent = []

    async def send(message):
        sent.append(message)

    with pytest.raises(StopIteration):  # it waits for nothing, so no event loop is needed
        guard(scope, None, send).send(None)
    return sent


@pytest.mark.parametrize(
    ("client", "host"),
    [
        ("127.0.0.1", "localhost:8501"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.8.8.8", "LOCALHOST"),
        ("::1", "[::1]:8501"),
    ],
)
def test_this_machine_may_connect_with_the_initial_password(initial, client, host):
    probe = Probe()
    assert request(server.Guard(probe), client, host)[0]["status"] == 200
    assert probe.reached == 1


@pytest.mark.parametrize(
    ("client", "host", "headers"),
    [
        ("192.0.2.7", "localhost:8501", {}),
        ("127.0.0.1", "evidentia.example", {}),
        ("127.0.0.1", "localhost.evil.example", {}),
        ("127.0.0.1", "", {}),
        (None, "localhost", {}),
        ("127.0.0.1", "localhost", {"x_forwarded_for": "192.0.2.7"}),
        ("127.0.0.1", "localhost", {"forwarded": "for=192.0.2.7"}),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_nobody_else_may_connect_with_the_initial_password(initial, kind, client, host, headers):
    probe = Probe()
    sent = request(server.Guard(probe), client, host, kind, **headers)
    assert probe.reached == 0
    if kind == "websocket":
        assert sent == [{"type": "websocket.close", "code": 1008}]
    else:
        assert sent[0]["status"] == 403
        assert b"only on the machine it runs on" in sent[1]["body"]


def test_once_the_password_is_changed_everybody_may_connect_and_nothing_is_asked_any_more(initial):
    probe = Probe()
    guard = server.Guard(probe)
    assert request(guard, "192.0.2.7")[0]["status"] == 403
    initial[0] = False
    assert [request(guard, "192.0.2.7")[0]["status"] for _ in range(3)] == [200, 200, 200]
    assert len(initial[1]) == 2


def test_answers_carry_the_safety_headers_beside_their_own(initial):
    headers = dict(request(server.Guard(Probe()))[0]["headers"])
    assert headers[b"x-own"] == b"1"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"frame-ancestors 'self'" in headers[b"content-security-policy"]


@pytest.mark.parametrize("address", ["0.0.0.0", "", None, "192.0.2.1", "evidentia.example", "::"])  # noqa: S104
def test_the_server_does_not_start_on_a_public_address_with_the_initial_password(
    initial, monkeypatch, address
):
    monkeypatch.setattr(server.st, "get_option", lambda _: address)
    with pytest.raises(NotAllowed, match="initial password"):
        server._refuse_public_address(None)
    initial[0] = False
    server._refuse_public_address(None)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_the_server_starts_on_this_machine_s_own_address(initial, monkeypatch, address):
    monkeypatch.setattr(server.st, "get_option", lambda _: address)
    server._refuse_public_address(None)
