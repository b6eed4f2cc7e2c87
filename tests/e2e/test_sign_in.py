"""Signing in with a real browser: the first start, deep links, reload, sign-out, and refusals."""

import http.client
import socket

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import (
    PASSWORD,
    App,
    choose_password,
    free_port,
    navigation,
    sign_in,
    sign_in_form,
    submit_sign_in,
    wait_for_cookie,
)


def get(app, **headers):
    """Status, text and headers of a plain request for the front page."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=10)
    connection.request("GET", "/", headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}


# These come first in the file: the server still has its initial password.


def test_the_terminal_shows_the_address_and_the_first_sign_in(app):
    assert f"http://127.0.0.1:{app.port}" in app.output
    assert "user name admin, password admin" in app.output


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evidentia.example"}, {"X_Forwarded_For": "203.0.113.7"}, {"X_Real_IP": "203.0.113.7"}],
)
def test_with_the_initial_password_only_this_machine_may_connect(app, headers):
    status, text, _ = get(app, **headers)
    assert status == 403
    assert "only on the machine it runs on" in text


@pytest.mark.slow
def test_with_the_initial_password_a_public_address_is_refused_at_start(app, tmp_path):
    public = App(tmp_path / "data", free_port(), tmp_path / "log", ["--server.address", "0.0.0.0"])  # noqa: S104
    with pytest.raises(AssertionError, match="does not start on 0"):
        public.start()
    assert public.process.returncode == 1
    assert "Traceback" not in public.output


def test_the_first_request_asks_for_an_own_password_and_then_shows_the_page_that_was_asked_for(context, app):
    page = context.new_page()
    page.goto("/files")
    sign_in(page, "admin", "admin")
    expect(navigation(page)).to_be_hidden()
    wait_for_cookie(page)
    page.reload()
    choose_password(page, "admin", PASSWORD)
    expect(page.get_by_role("heading", name="File Index")).to_be_visible()
    expect(page).to_have_url(app.url + "/files")


# From here on the password is the admin's own.


def test_other_host_names_are_served_once_the_password_is_changed(app):
    status, _, headers = get(app, Host="evidentia.example")
    assert status == 200
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_a_deep_link_survives_sign_in_and_a_reload_and_a_second_tab_keep_the_session(context, app):
    page = context.new_page()
    page.goto("/analytics")
    submit_sign_in(page, "nobody", "not the password")
    expect(page.get_by_text("The user name or the password is wrong.")).to_be_visible()
    expect(navigation(page)).to_be_hidden()
    sign_in(page, "admin", PASSWORD)
    analytics = page.get_by_role("heading", name="Analytics", exact=True)
    expect(analytics).to_be_visible()
    expect(page).to_have_url(app.url + "/analytics")
    wait_for_cookie(page)
    page.reload()
    expect(analytics).to_be_visible()
    expect(sign_in_form(page)).to_be_hidden()
    second_tab = context.new_page()
    second_tab.goto("/settings?section=account")
    expect(second_tab.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    expect(second_tab).to_have_url(app.url + "/settings?section=account")


def test_signing_out_ends_this_session_only_a_copied_cookie_is_worthless_and_one_can_sign_in_again(
    browser, context, app
):
    page = context.new_page()
    page.goto("/settings?section=account")
    sign_in(page, "admin", PASSWORD)
    wait_for_cookie(page)
    copied = context.cookies()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    wait_for_cookie(page, present=False)

    thief = browser.new_context(base_url=app.url)
    thief.add_cookies(copied)
    stranger = thief.new_page()
    stranger.goto("/files")
    expect(sign_in_form(stranger)).to_be_visible()
    thief.close()

    sign_in(page, "admin", PASSWORD)
    wait_for_cookie(page)
    page.reload()
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()


@pytest.mark.slow
def test_signing_out_everywhere_ends_the_other_browser_at_its_next_click(browser, app, page):
    other = browser.new_context(base_url=app.url).new_page()
    other.goto("/")
    sign_in(other, "admin", PASSWORD)
    expect(navigation(other)).to_be_visible()
    sign_in(page, "admin", PASSWORD)
    navigation(page).click()
    page.get_by_role("radio", name="Account").click()
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(sign_in_form(page)).to_be_visible()
    other.get_by_role("link", name="File Index").click()
    expect(other.get_by_text("Your session has ended.")).to_be_visible()
    other.context.close()


def test_the_server_stops_with_the_terminal_and_sessions_survive_its_restart(app, page):
    sign_in(page, "admin", PASSWORD)
    wait_for_cookie(page)
    app.stop()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", app.port)) != 0
    app.start()
    assert "password admin" not in app.output
    page.goto("/files")
    expect(page.get_by_role("heading", name="File Index")).to_be_visible()
