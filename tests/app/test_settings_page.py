"""The Settings page: values that save themselves, whose they are, resets, refusals; pages in French."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.texts import Pages
from domain.preferences import Preferences
from domain.users import Role
from pipelines import prompts
from services import preferences, setup, users
from services.tables import ModelRow, UserRow
from tests.app.conftest import opened, shown

NUMBERS = {
    "passages": 9,
    "weight": 0.25,
    "threshold": 0.5,
    "temperature": 1.0,
    "max_tokens": 300,
    "history": 0,
}


@pytest.fixture
def installation(installation, monkeypatch):
    """The pages use it."""
    monkeypatch.setattr(setup, "current", lambda: installation)
    return installation


@pytest.fixture
def page(installation, admin, member):
    """Opens the page for a user, at a section."""
    with installation.database.session() as session:
        for name in ("fast", "asleep"):
            row = ModelRow(id=name, kind="llm", name=f"Model {name}", provider="openai", origin="by hand")
            row.active = name == "fast"
            session.add(row)

    def open_page(user, section="answers", whose="me") -> AppTest:
        app = opened(installation, settled(installation, user), "settings")
        if section != "answers":
            app.segmented_control(key="address_section").set_value(section).run()
        if whose != "me":
            app.segmented_control(key="address_whose").set_value(whose).run()
        assert not app.exception
        return app

    return open_page


def settled(installation, user):
    """The user, who has chosen a password of their own."""
    with installation.database.session() as session:
        row = session.get_one(UserRow, user.id)
        row.must_change_password = False
        return users.as_user(row)


def field(app, name, whose="me"):
    key = f"settings_{whose}_{name}"
    kinds = (*app.number_input, *app.selectbox, *app.text_area, *app.segmented_control)
    return next(element for element in kinds if element.key == key)


def button(app, key):
    return next(button for button in app.button if button.key == key)


def texts(app) -> str:
    return shown(app).replace("\\", "")


def test_each_value_saves_itself_and_says_so(installation, member, page):
    app = page(member)
    for name, value in NUMBERS.items():
        field(app, name).set_value(value).run()
        assert not app.exception
        assert app.toast[0].value.startswith("Saved: ")
    field(app, "model").set_value("fast").run()
    field(app, "language").set_value("fr").run()
    field(app, "instructions").set_value("Be brief.").run()
    wanted = {**NUMBERS, "model": "fast", "language": "fr", "instructions": "Be brief."}
    assert preferences.of(installation, member) == Preferences(**wanted)
    assert preferences.own(installation, member) == wanted
    assert "Your own · the default is 6" in texts(app)
    assert "Your own · the default is as fitted" in texts(app)


def test_only_active_models_are_offered(member, page):
    assert "Model fast" in field(page(member), "model").options
    assert not [name for name in field(page(member), "model").options if "asleep" in name]


def test_what_is_refused_says_why_and_keeps_what_was_typed_while_others_save(installation, member, page):
    app = page(member)
    field(app, "instructions").set_value("   ").run()
    assert "A prompt has 1 to 4000 characters" in texts(app)
    field(app, "passages").set_value(None).run()
    assert "The number of passages is a whole number" in texts(app)
    field(app, "history").set_value(2).run()
    assert "A prompt has 1 to 4000 characters" in texts(app)
    assert field(app, "instructions").value == "   "
    assert preferences.own(installation, member) == {"history": 2}
    button(app, "settings_reset_me_instructions").click().run()
    assert field(app, "instructions").value == prompts.INSTRUCTIONS
    field(app, "passages").set_value(4).run()
    assert not app.error
    assert preferences.own(installation, member) == {"history": 2, "passages": 4}


def test_the_shipped_prompts_are_shown_and_come_back(installation, member, page):
    app = page(member)
    assert field(app, "instructions").value == prompts.INSTRUCTIONS
    assert field(app, "question_prompt").value == prompts.QUESTION
    field(app, "question_prompt").set_value("{passages} {question}").run()
    button(app, "settings_reset_me_question_prompt").click().run()
    assert field(app, "question_prompt").value == prompts.QUESTION
    field(app, "instructions").set_value("Be brief.").run()
    field(app, "instructions").set_value(prompts.INSTRUCTIONS).run()
    assert preferences.own(installation, member) == {}


def test_values_go_back_to_the_default_one_by_one_or_all_at_once(installation, member, page):
    preferences.save(installation, member, passages=3, history=1, theme="dark")
    app = page(member)
    button(app, "settings_reset_me_passages").click().run()
    assert field(app, "passages").value == 6
    assert preferences.own(installation, member) == {"history": 1, "theme": "dark"}
    button(app, "settings_reset_all_me").click().run()
    assert field(app, "history").value == 5
    assert preferences.own(installation, member) == {"theme": "dark"}
    assert "Nothing is set here that differs" in texts(app)


def test_an_admin_sets_what_holds_for_everybody(installation, admin, member, page):
    app = page(admin, whose="all")
    assert "As shipped" in texts(app)
    field(app, "passages", "all").set_value(12).run()
    assert "Set for everybody · shipped as 6" in texts(app)
    assert preferences.of(installation, member).passages == 12
    assert preferences.own(installation, admin) == {}
    theirs = page(member)
    assert field(theirs, "passages").value == 12
    assert "address_whose" not in [control.key for control in theirs.segmented_control]
    button(app, "settings_reset_all_passages").click().run()
    assert preferences.of(installation, member).passages == 6


def test_a_member_cannot_reach_everybody_s_defaults_by_the_address(installation, member, page):
    app = page(member)
    app.query_params["whose"] = "all"
    app.run()
    field(app, "passages").set_value(20).run()
    assert preferences.defaults(installation, member) == Preferences()
    assert preferences.own(installation, member) == {"passages": 20}


def test_an_admin_who_is_none_any_more_changes_nothing_for_everybody(installation, admin, member, page):
    app = page(admin, whose="all")
    with installation.database.session() as session:
        session.get_one(UserRow, admin.id).role = Role.MEMBER
    field(app, "passages", "all").set_value(12).run()
    assert not app.exception
    assert preferences.defaults(installation, member) == Preferences()


def test_the_theme_is_written_for_every_page_but_not_before_the_cookie_is(installation, member, page):
    assert '"theme": null' in theme_script(opened(installation, member))
    field(page(member, "interface"), "theme").set_value("dark").run()
    script = theme_script(opened(installation, member))
    assert '"theme": "Dark"' in script
    assert '["", "files", "analytics", "resources", "settings"]' in script
    unsettled = opened(installation, member)
    unsettled.session_state["evidentia_cookie"] = None
    assert not theme_script(unsettled.run())


def theme_script(app: AppTest) -> str:
    scripts = [element.proto.body for element in app.get("html")]
    return next((script for script in scripts if "stActiveTheme" in script), "")


def test_another_language_counts_on_all_pages_and_back(installation, member, page):
    app = page(member, "interface")
    field(app, "interface").set_value("fr").run()
    app = page(member)
    assert app.title[0].value == "Paramètres"
    assert "Par défaut" in texts(app)
    assert opened(installation, member, "files").title[0].value == "Fichiers"
    preferences.save(installation, member, interface="en")
    assert page(member).title[0].value == Pages.SETTINGS


@pytest.mark.parametrize("name", ["chat", "files", "analytics", "resources", "settings"])
def test_a_page_in_french_has_no_english_left(installation, admin, page, name):
    preferences.save(installation, admin, interface="fr")
    app = opened(installation, settled(installation, admin), name)
    kinds = (app.title, app.markdown, app.caption, app.info, app.subheader, app.warning)
    said = [element.value for kind in kinds for element in kind]
    said += [
        element.label for kind in (app.button, app.text_input, app.selectbox, app.tabs) for element in kind
    ]
    english = {"the", "of", "your", "and", "is", "are", "with", "no", "to", "this", "they", "not"}
    assert said
    assert not [text for text in said if english & set(text.lower().split())]
