"""The gate, the forms and the pages of each role, run without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from domain.users import Role
from services import passwords, setup, sign_in, users

ROOT = Path(__file__).resolve().parents[2]
GOOD = "correct horse battery"
TIMEOUT_S = 30


@pytest.fixture(autouse=True)
def installation(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("KH_APP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    setup.current.cache_clear()
    installation = setup.current()
    yield installation
    installation.close()
    setup.current.cache_clear()


@pytest.fixture
def admin(installation):
    first, _ = sign_in.sign_in(installation, "admin", "admin")
    users.change_password(installation, first, "admin", GOOD)
    return users.operator(installation)


def home(page: str = "") -> AppTest:
    # AppTest runs an app that has a folder "pages" in the old way first; widgets get their lasting ids
    # only in the second run.
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=TIMEOUT_S).run().run()
    return app.switch_page(page).run() if page else app


def enter(app: AppTest, name: str, password: str) -> AppTest:
    app.text_input[0].set_value(name)
    app.text_input[1].set_value(password)
    return button(app, "Sign in").click().run()


def button(app: AppTest, label: str):
    return next(button for button in app.button if button.label == label)


def texts(elements) -> str:
    """As a person reads them: Markdown's escapes are gone in the browser."""
    return " | ".join(element.value.replace("\\", "") for element in elements)


def account(app: AppTest) -> AppTest:
    app = app.switch_page("pages/settings.py").run()
    return app.segmented_control(key="address_section").set_value("account").run()


def change(app: AppTest, current: str, new: str, repeat: str) -> AppTest:
    for field, value in zip(app.text_input, (current, new, repeat), strict=True):
        field.set_value(value)
    return button(app, "Change password").click().run()


def add_user(installation, admin, role: Role) -> AppTest:
    """A session in which a new user of ``role`` has chosen a password."""
    password = users.add(installation, admin, "mary", role)
    mary, _ = sign_in.sign_in(installation, "mary", password)
    users.change_password(installation, mary, password, GOOD)
    return enter(home(), "mary", GOOD)


@pytest.mark.parametrize(
    "page", ["", "pages/chat.py", "pages/files.py", "pages/analytics.py", "pages/settings.py"]
)
def test_nobody_sees_a_page_without_signing_in(page):
    app = home(page)
    assert not app.exception
    assert [field.label for field in app.text_input] == ["User name", "Password"]
    assert not app.title


def test_a_page_that_is_run_by_itself_is_guarded_too():
    app = AppTest.from_file(str(ROOT / "pages/files.py"), default_timeout=TIMEOUT_S).run()
    assert not app.exception
    assert [field.label for field in app.text_input] == ["User name", "Password"]


def test_the_first_sign_in_leads_to_the_new_password_and_nowhere_else(installation):
    app = enter(home(), "admin", "admin")
    assert "Choose your own password" in texts(app.subheader)
    app = app.switch_page("pages/settings.py").run()
    assert "Choose your own password" in texts(app.subheader)
    app = change(app, "admin", GOOD, GOOD)
    assert not app.exception
    assert texts(app.title) == "Settings"
    assert not users.has_initial_password(installation)


@pytest.mark.parametrize(
    ("current", "new", "repeat", "reason"),
    [
        ("admin", GOOD, "something else", "differ"),
        ("wrong", GOOD, GOOD, "current password is wrong"),
        ("admin", "short", "short", "too short"),
        ("admin", "admin1234", "admin1234", "easy to guess"),
        ("admin", "x" * 73, "x" * 73, "72 bytes"),
    ],
)
def test_an_unusable_new_password_is_refused_with_the_reason(current, new, repeat, reason):
    app = change(enter(home(), "admin", "admin"), current, new, repeat)
    assert reason in texts(app.error)
    assert "Choose your own password" in texts(app.subheader)


def test_a_wrong_password_an_unknown_name_and_empty_fields_get_a_sentence(admin):
    app = enter(home(), "admin", "wrong password")
    wrong = texts(app.error)
    assert "wrong" in wrong
    assert texts(enter(app, "nobody", "wrong password").error) == wrong
    for name, password in (("", ""), ("admin", ""), ("", GOOD)):
        assert "Type your user name and your password." in texts(enter(app, name, password).error)
    assert "72 bytes" in texts(enter(app, "admin", "x" * 73).error)


def test_new_sessions_do_not_reset_the_count_of_failures(admin):
    for _ in range(5):
        app = enter(home(), "admin", "wrong password")
    assert "Too many failed attempts. Wait 5 minutes" in texts(app.error)
    assert "Too many failed attempts" in texts(enter(home(), "ADMIN", GOOD).error)


def test_a_member_has_no_statistics_and_the_page_refuses(installation, admin):
    app = add_user(installation, admin, Role.MEMBER)
    assert not app.text_input or app.text_input[0].label != "User name"
    app = app.switch_page("pages/analytics.py").run()
    assert "This page is for analysts and admins. You are signed in as member." in texts(app.error)
    assert not app.title


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
def test_analysts_and_admins_open_the_statistics(installation, admin, role):
    app = add_user(installation, admin, role).switch_page("pages/analytics.py").run()
    assert texts(app.title) == "Analytics"
    assert "This page is for" not in texts(app.error)


def test_a_changed_role_and_a_disabled_account_count_from_the_next_run(installation, admin):
    app = add_user(installation, admin, Role.ANALYST).switch_page("pages/analytics.py").run()
    assert texts(app.title) == "Analytics"
    users.set_role(installation, admin, "mary", Role.MEMBER)
    assert "for analysts and admins" in texts(app.run().error)
    users.set_active(installation, admin, "mary", active=False)
    app.run()
    assert "Your session has ended" in texts(app.info)
    assert not app.title


def test_signing_out_leaves_nothing_of_the_session_behind(admin):
    app = enter(home(), "admin", GOOD)
    app.session_state["conversation"] = "something private"
    app = account(app)
    button(app, "Sign out").click().run()
    assert "You are signed out." in texts(app.info)
    assert "conversation" not in app.session_state
    assert texts(enter(app, "admin", GOOD).title) == "Settings"


def test_changing_the_password_keeps_this_session_and_ends_the_others(admin):
    here, there = (account(enter(home(), "admin", GOOD)) for _ in range(2))
    change(here, GOOD, "another good one", "another good one")
    assert "Your password is changed" in texts(here.success)
    assert texts(here.run().title) == "Settings"
    assert "Your session has ended" in texts(there.run().info)
