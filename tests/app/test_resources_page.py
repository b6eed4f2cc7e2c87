"""Resources: models added, tested, edited and deleted by admins only, and the people who may sign in."""

from __future__ import annotations

import re

import pytest

from components import resources
from components.escaping import label
from components.texts_resources import Resources, UserAdmin
from domain.models import ModelKind
from domain.users import Role
from services import models, pulls, setup, sign_in, users
from services.model_drafts import Draft
from services.tables import CollectionRow, IndexVersionRow, UserRow, now
from tests.app.conftest import button, opened, shown
from tests.conftest import add_user
from tests.fake_provider import KEY, Fake, fake  # noqa: F401 - a fixture

LLM = ModelKind.LLM
HOSTILE = "<img src=x onerror=alert(1)> **bold** [x](http://evil.example) $\\alpha$ :material/home:"


@pytest.fixture(autouse=True)
def _here(installation, fake, monkeypatch):  # noqa: F811
    monkeypatch.setattr(setup, "current", lambda: installation)


@pytest.fixture
def boss(installation, admin):
    """The admin, with a password of their own."""
    with installation.database.session() as session:
        row = session.get_one(UserRow, admin.id)
        row.must_change_password = False
        return users.as_user(row)


def page(installation, user, tab="LLMs"):
    app = opened(installation, user, "resources")
    if tab != "LLMs":
        app.session_state["resources_tab"] = tab
        app.run()
    return app


def field(app, text):
    kinds = [*app.text_input, *app.number_input, *app.selectbox, *app.toggle, *app.checkbox]
    return next(f for f in kinds if f.label == text)


def key_of(app, prefix):
    return next(b for b in app.button if str(b.key).startswith(prefix))


def menu(app, model):
    return next(m for m in app.menu_button if m.key == f"more_{model.id}")


def choose(app, model, action):
    app = menu(app, model).click(action).run()
    assert not app.exception
    return app


def add_model(installation, boss, name="Fast", kind=LLM, secret=KEY, **parameters):
    draft = Draft(kind, name, "fake", {"model": "small", **parameters}, secret)
    return models.add(installation, boss, draft)


def add_opened(app):
    button(app, "Add model").click().run()
    return field(app, "Provider").set_value("fake").run()


def state_of(app) -> str:
    """All that the browser is sent, protobuf and all."""
    return "".join(str(getattr(element, "proto", "")) for element in app.main) + shown(app)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST])
def test_nobody_but_admins_sees_resources(installation, role):
    user = add_user(installation, "ann", role)
    app = opened(installation, user, "resources")
    assert "This page is for admins" in shown(app)
    assert not app.tabs
    assert not app.button


def test_an_empty_installation_shows_what_is_built_in(installation, boss):
    app = page(installation, boss)
    assert "**Extractive**" in shown(app)
    assert Resources.BUILT_IN["extractive"] in shown(app)
    assert not [b for b in app.button if b.label == "Test"]
    assert not app.menu_button
    assert "**all\\-MiniLM\\-L6\\-v2**" in shown(page(installation, boss, "Embeddings"))
    assert "**Learned order**" in shown(page(installation, boss, "Rerankings"))


def test_a_model_is_tested_and_saved_and_the_first_becomes_the_default(installation, boss):
    app = page(installation, boss)
    add_opened(app)
    assert field(app, "Base URL").value == "https://models.example/v1"
    assert field(app, "Make it the default").value is True
    field(app, "Model").set_value("small")
    field(app, "Context").set_value(4096)
    field(app, "Key").set_value(KEY)
    button(app, "Test and save").click().run()
    assert not app.exception
    (added,) = [m for m in models.listing(installation, boss, LLM) if m.provider == "fake"]
    assert (added.name, added.is_default, added.origin) == ("small", True, "admin")
    assert added.parameters == {"base_url": "https://models.example/v1", "model": "small", "context": 4096}
    assert added.capabilities["logprobs"] is True
    assert not app.text_input
    assert "added by admin · key stored, encrypted · tested just now" in shown(app)
    assert KEY not in state_of(app)


def test_what_cannot_be_used_is_said_in_the_form_and_nothing_is_saved(installation, boss):
    app = page(installation, boss)
    add_opened(app)
    field(app, "Base URL").set_value("nonsense")
    button(app, "Test and save").click().run()
    assert "must be an address" in shown(app)
    field(app, "Base URL").set_value("https://models.example/v1")
    button(app, "Test and save").click().run()
    assert label("“Model” is missing") in shown(app)
    assert len(models.listing(installation, boss, LLM)) == 1


def test_a_model_that_fails_its_test_is_saved_only_when_that_is_wanted(installation, boss):
    app = page(installation, boss)
    add_opened(app)
    field(app, "Model").set_value("small")
    field(app, "Key").set_value("wrong-key")
    button(app, "Test and save").click().run()
    assert label("Fake refuses the key. Enter the one that it gave you.") in shown(app)
    assert len(models.listing(installation, boss, LLM)) == 1
    button(app, "Save anyway").click().run()
    (added,) = [m for m in models.listing(installation, boss, LLM) if m.provider == "fake"]
    assert (added.is_default, added.capabilities["error"][:4]) == (False, "Fake")
    assert "Tested just now: Fake refuses the key" in shown(app)


def test_saving_anyway_is_offered_only_for_what_was_tried(installation, boss):
    app = page(installation, boss)
    add_opened(app)
    field(app, "Model").set_value("small")
    field(app, "Key").set_value("wrong-key")
    button(app, "Test and save").click().run()
    field(app, "Model").set_value("large").run()
    assert not [b for b in app.button if b.label == "Save anyway"]


def test_the_provider_s_models_can_be_listed_and_chosen(installation, boss):
    app = page(installation, boss)
    add_opened(app)
    button(app, "List models").click().run()
    assert field(app, "Model").options == ["small", "large"]
    field(app, "Model").set_value("large")
    button(app, "Test and save").click().run()
    assert [m.parameters["model"] for m in models.listing(installation, boss, LLM) if m.parameters] == [
        "large"
    ]


def test_a_card_tests_its_model_and_tells_what_went_wrong(installation, boss):
    add_model(installation, boss, secret="wrong-key")
    app = page(installation, boss)
    assert "not tested yet" in shown(app)
    button(app, "Test").click().run()
    assert "Tested just now: Fake refuses the key" in shown(app)
    assert not app.exception


def test_editing_shows_everything_but_the_key_and_keeps_it(installation, boss):
    model = add_model(installation, boss, context=2048, effort="low")
    app = choose(page(installation, boss), model, "edit")
    assert (field(app, "Model").value, field(app, "Context").value, field(app, "Effort").value) == (
        "small",
        2048,
        "low",
    )
    assert field(app, "Key").value == ""
    assert KEY not in state_of(app)
    field(app, "Name").set_value("Faster")
    button(app, "Test and save").click().run()
    changed = models.get(installation, boss, model.id)
    assert (changed.name, changed.has_secret, changed.parameters["context"]) == ("Faster", True, 2048)
    app = choose(app, changed, "edit")
    field(app, "Remove the stored key").check()
    button(app, "Test and save").click().run()
    assert not models.get(installation, boss, model.id).has_secret


def test_of_two_admins_who_edit_one_model_the_second_is_told(installation, boss):
    model = add_model(installation, boss)
    first, second = (choose(page(installation, boss), model, "edit") for _ in range(2))
    field(first, "Name").set_value("First")
    button(first, "Test and save").click().run()
    field(second, "Name").set_value("Second")
    button(second, "Test and save").click().run()
    assert label("Someone changed “First” meanwhile") in shown(second)
    assert models.get(installation, boss, model.id).name == "First"


def test_defaults_fallback_and_activity_are_changed_from_the_menu(installation, boss):
    model = add_model(installation, boss)
    app = choose(page(installation, boss), model, "fallback")
    app = choose(app, model, "default")
    changed = models.get(installation, boss, model.id)
    assert (changed.is_default, changed.is_fallback) == (True, True)
    assert resources.possible_actions(changed) == ["edit", "no_fallback", "delete"]
    extractive = models.get(installation, boss, models.EXTRACTIVE)
    assert resources.possible_actions(extractive) == ["default", "fallback"]
    app = choose(app, extractive, "default")
    app = choose(app, model, "deactivate")
    assert not models.get(installation, boss, model.id).active
    choose(app, model, "activate")
    assert models.get(installation, boss, model.id).active


def test_deleting_names_what_will_happen(installation, boss):
    model = add_model(installation, boss)
    models.set_default(installation, boss, model.id)
    app = choose(page(installation, boss), model, "delete")
    assert "**Fast** and its stored key will be gone" in shown(app)
    assert "It is the default: **Extractive**" in shown(app)
    key_of(app, "model_delete_cancel").click().run()
    assert models.get(installation, boss, model.id)
    app = choose(app, model, "delete")
    key_of(app, "model_delete_confirm").click().run()
    assert models.find(installation, LLM, None).id == models.EXTRACTIVE
    assert len(models.listing(installation, boss, LLM)) == 1


def test_an_embedding_in_use_is_retired_and_the_dialog_says_so(installation, boss):
    model = add_model(installation, boss, kind=ModelKind.EMBEDDING)
    with installation.database.session() as session:
        collection = CollectionRow(name="Old", owner_id=boss.id)
        session.add(collection)
        session.flush()
        session.add(
            IndexVersionRow(
                collection_id=collection.id, embedding=model.id, dimension=8, ingestion_pipeline=""
            )
        )
    app = choose(page(installation, boss, "Embeddings"), model, "delete")
    assert "1 collection is indexed with **Fast**" in shown(app)
    key_of(app, "model_delete_confirm").click().run()
    assert models.get(installation, boss, model.id).retired
    choose(app, model, "restore")
    assert not models.get(installation, boss, model.id).retired


def test_a_model_deleted_by_another_admin_meanwhile_is_said(installation, boss):
    model = add_model(installation, boss)
    app = choose(page(installation, boss), model, "edit")
    models.delete(installation, boss, model.id)
    button(app, "Test and save").click().run()
    assert "deleted this model meanwhile" in shown(app)


def test_hostile_names_and_errors_are_shown_and_never_run(installation, boss, monkeypatch):
    from domain.errors import ModelRefused

    def refuse(self, model):
        raise ModelRefused(HOSTILE)

    model = add_model(installation, boss, name=HOSTILE[:100], model=HOSTILE)
    monkeypatch.setattr(Fake, "_check", refuse)
    app = page(installation, boss)
    button(app, "Test").click().run()
    app = choose(app, model, "delete")
    said = "\n".join(str(m.value) for kind in ("markdown", "caption", "error") for m in app.get(kind))
    assert label(HOSTILE) in said
    assert not re.search(r"(?<!\\)(<img|\]\(http|\$|\*\*bold)", said)


def test_a_pull_is_followed_and_can_be_cancelled(installation, boss, monkeypatch):
    draft = Draft(LLM, "Shelf", "ollama", {"base_url": "http://127.0.0.1:1", "model": "qwen3"})
    model = models.add(installation, boss, draft)
    assert "pull" in resources.possible_actions(model)
    going = pulls.Pull(done=250_000_000, total=1_000_000_000)
    monkeypatch.setattr(pulls, "get", lambda *_: going)
    monkeypatch.setattr(pulls, "cancel", lambda _installation, _user, model_id: stopped.append(model_id))
    stopped = []
    app = page(installation, boss)
    bar = next(b for b in app.get("progress") if "Ollama" in b.text)
    assert (bar.text, bar.value) == ("Ollama downloads the model: 250.0 MB of 1.0 GB", 25)
    key_of(app, "pull_cancel").click().run()
    assert stopped == [model.id]
    going = pulls.Pull(running=False, error="Ollama could not pull “qwen3”: check the model's name.")
    app.run()
    assert label("could not pull “qwen3”") in shown(app)


def select(app, row):
    key = app.dataframe[0].key
    app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return app.run()


def test_the_table_says_who_may_sign_in(installation, boss):
    add_user(installation, "ann", Role.ANALYST)
    add_user(installation, "bob", Role.MEMBER)
    users.set_active(installation, boss, "bob", active=False)
    app = page(installation, boss, "Users")
    table = app.dataframe[0].value
    assert list(table["name"]) == ["admin", "ann", "bob"]
    assert list(table["role"]) == ["Admin", "Analyst", "Member"]
    assert list(table["status"]) == ["Active", "Active", "Disabled"]
    assert table["seen"].notna().tolist() == [True, False, False]


def test_a_user_is_added_and_the_password_is_shown_once(installation, boss):
    app = page(installation, boss, "Users")
    button(app, "Add user").click().run()
    field(app, "User name").set_value("x")
    key_of(app, "user_confirm").click().run()
    assert "A user name has 3 to 32" in shown(app)
    field(app, "User name").set_value("mary")
    field(app, "Role").set_value(Role.ANALYST)
    key_of(app, "user_confirm").click().run()
    password = app.code[0].value
    assert len(password) == 16
    button(app, "Done").click().run()
    assert not app.code
    assert password not in state_of(app)
    user, _ = sign_in.sign_in(installation, "mary", password)
    assert (user.role, user.must_change_password) == (Role.ANALYST, True)


def test_a_role_is_changed_and_an_account_disabled_and_enabled(installation, boss):
    add_user(installation, "mary", Role.MEMBER)
    app = select(page(installation, boss, "Users"), 1)
    app.menu_button[0].click(Role.ADMIN).run()
    assert users.listing(installation, boss)[1].role is Role.ADMIN
    button(app, "Disable").click().run()
    assert "**mary** is signed out at once" in shown(app)
    key_of(app, "user_confirm").click().run()
    assert not users.listing(installation, boss)[1].active
    button(app, "Enable").click().run()
    assert users.listing(installation, boss)[1].active


def test_a_locked_account_is_unlocked_by_a_new_password(installation, boss):
    users.add(installation, boss, "mary", password="a good password")
    with installation.database.session() as session:
        row = users.find(session, "mary")
        row.locked_until = now().replace(year=now().year + 1)
    app = select(page(installation, boss, "Users"), 1)
    assert app.dataframe[0].value["status"][1] == "Locked"
    assert "Resetting the password unlocks it" in shown(app)
    button(app, "Reset password").click().run()
    assert "All sessions of **mary** end at once" in shown(app)
    key_of(app, "user_confirm").click().run()
    user, _ = sign_in.sign_in(installation, "mary", app.code[0].value)
    assert user.name == "mary"


def test_nobody_takes_their_own_role_away_here(installation, boss):
    app = select(page(installation, boss, "Users"), 0)
    assert UserAdmin.YOURSELF in shown(app)
    assert not app.menu_button
    assert not [b for b in app.button if re.match("Reset|Disable", b.label)]


def test_an_admin_who_lost_the_role_meanwhile_can_do_nothing(installation, boss):
    second = add_user(installation, "bob", Role.ADMIN)
    app = page(installation, second)
    users.set_role(installation, boss, "bob", Role.MEMBER)
    button(app, "Add model").click().run()
    assert "This page is for admins" in shown(app)
    assert not app.text_input
