"""A running app and a browser: ``app`` is the server, ``page`` a browser page on its front door."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.conftest import MODELS

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
START_S = 60
STOP_S = 30
PASSWORD = "a long new password"

expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a real browser."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.e2e)


@dataclass
class App:
    """A server of its own data folder; ``start`` and ``stop`` may alternate."""

    data_dir: Path
    port: int
    log: Path
    options: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        """What the terminal shows so far."""
        return self.log.read_text()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "Home.py")]
        command += ["--server.port", str(self.port), *self.options]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        self._wait_until_ready()

    def stop(self) -> int:
        """End the server as a terminal would, and return its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py on the same data folder and return what it prints."""
        command = [sys.executable, "manage.py", *arguments, "--data-dir", str(self.data_dir)]
        environment = self._environment
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        ).stdout

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {"KH_APP_DATA_DIR": str(self.data_dir), "EVIDENTIA_MODELS_DIR": str(MODELS)}

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            assert self.process is not None
            assert self.process.poll() is None, f"the server ended:\n{self.output}"
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):  # noqa: S310
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"the server was not ready within {START_S} s:\n{self.output}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server for the tests of a file, with an empty data folder at the start."""
    folder = tmp_path_factory.mktemp("app")
    app = App(folder / "data", free_port(), folder / "terminal.log")
    app.start()
    yield app
    if app.process is not None and app.process.poll() is None:
        app.stop()


# Not for the whole run: while Playwright is open no other test of this process can run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium; the tests are skipped where it is missing."""
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, app: App) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    yield from _context(browser, app)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of a browser that is not signed in, at the front door."""
    page = context.new_page()
    page.goto("/")
    return page


@pytest.fixture(scope="module")
def admin_state(browser: Browser, app: App) -> dict[str, Any]:
    """The cookies of a browser in which the admin has signed in, with a password of their own."""
    for context in _context(browser, app):
        page = context.new_page()
        page.goto("/")
        sign_in(page, "admin", "admin")
        choose_password(page, "admin", PASSWORD)
        expect(navigation(page)).to_be_visible()
        state = context.storage_state()
    return dict(state)


@pytest.fixture
def admin_page(browser: Browser, app: App, admin_state: dict[str, Any]) -> Iterator[Page]:
    """A page of a browser in which the admin is signed in; it is blank: go where the test begins."""
    for context in _context(browser, app, storage_state=admin_state):
        yield context.new_page()


def _context(browser: Browser, app: App, **options: Any) -> Iterator[BrowserContext]:
    viewport = ViewportSize(width=1440, height=900)
    context = browser.new_context(base_url=app.url, viewport=viewport, **options)
    context.set_default_timeout(20_000)
    yield context
    context.close()


def sign_in(page: Page, name: str, password: str) -> None:
    """Fill in the sign-in form and wait until it is gone."""
    submit_sign_in(page, name, password)
    expect(sign_in_form(page)).to_be_hidden()


def submit_sign_in(page: Page, name: str, password: str) -> None:
    """Fill in the sign-in form and send it."""
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_in_form(page: Page):
    """The heading of the sign-in form."""
    return page.get_by_role("heading", name="Sign in", exact=True).first


def choose_password(page: Page, current: str, new: str) -> None:
    """Fill in the form for a new password that the first sign-in shows.

    Waits for the session's cookie before and after: the new password ends the session that the first one
    stands for, and whoever leaves the page before the second one has come is signed out.
    """
    heading = page.get_by_role("heading", name="Choose your own password")
    expect(heading).to_be_visible()
    wait_for_cookie(page)
    first = page.evaluate("document.cookie")
    page.get_by_label("Current password").fill(current)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again").fill(new)
    page.get_by_role("button", name="Change password").click()
    expect(heading).to_be_hidden()
    page.wait_for_function("first => document.cookie !== first", arg=first)
    wait_for_cookie(page)


def wait_for_cookie(page: Page, *, present: bool = True) -> None:
    """Wait until the browser holds the session's cookie, which it is given a moment after the page."""
    page.wait_for_function(f"document.cookie.includes('evidentia_session') === {str(present).lower()}")


def navigation(page: Page):
    """The link to the settings: it is there for everyone who is signed in."""
    return page.get_by_role("link", name="Settings")
