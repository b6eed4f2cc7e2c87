"""Preferences: whose value holds, what is refused, and what other versions of the program saved."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event

from domain.errors import InvalidInput, NotAllowed
from domain.preferences import Preferences
from domain.users import Role
from services import models, preferences
from services.tables import ModelRow, SettingRow, UserRow


def keep(installation, user, values) -> None:
    with installation.database.session() as session:
        session.get_one(UserRow, user.id).preferences = values


def kept(installation, user):
    with installation.database.read() as session:
        return session.get_one(UserRow, user.id).preferences


def keep_defaults(installation, text: str) -> None:
    with installation.database.session() as session:
        session.merge(SettingRow(key=preferences.SETTING, value=text))


def add_model(installation, model_id, **values) -> None:
    with installation.database.session() as session:
        row = {"kind": "llm", "name": model_id, "provider": "openai_api", "origin": "by hand", **values}
        session.add(ModelRow(id=model_id, **row))


def test_whoever_has_set_nothing_gets_what_is_shipped(installation, member):
    assert preferences.of(installation, member) == Preferences()
    assert preferences.own(installation, member) == {}
    assert preferences.defaults(installation, member) == Preferences()


def test_one_s_own_value_goes_before_everybody_s_and_that_before_the_shipped_one(installation, admin, member):
    preferences.save_defaults(installation, admin, passages=8, temperature=0.5)
    preferences.save(installation, member, passages=3)
    mine = preferences.of(installation, member)
    assert (mine.passages, mine.temperature, mine.history) == (3, 0.5, 5)
    assert preferences.of(installation, admin).passages == 8
    assert preferences.own(installation, member) == {"passages": 3}
    assert preferences.changed_defaults(installation, admin) == {"passages": 8, "temperature": 0.5}


def test_only_what_differs_is_kept_so_that_a_new_default_reaches_the_rest(installation, admin, member):
    preferences.save(installation, member, passages=6, history=2)
    assert kept(installation, member) == {"history": 2}
    preferences.save_defaults(installation, admin, passages=10, history=7)
    assert preferences.of(installation, member).passages == 10
    assert preferences.of(installation, member).history == 2


def test_as_fitted_may_be_chosen_against_a_default_that_says_otherwise(installation, admin, member):
    preferences.save_defaults(installation, admin, weight=0.3)
    preferences.save(installation, member, weight=None)
    assert preferences.of(installation, member).weight is None
    preferences.reset(installation, member, ["weight"])
    assert preferences.of(installation, member).weight == 0.3


def test_values_are_reset_one_by_one_or_all_at_once(installation, admin, member):
    preferences.save(installation, member, passages=3, history=1, theme="dark")
    preferences.reset(installation, member, ["passages", "never heard of"])
    assert preferences.own(installation, member) == {"history": 1, "theme": "dark"}
    preferences.reset(installation, member)
    assert preferences.of(installation, member) == Preferences()
    preferences.save_defaults(installation, admin, passages=9, history=9)
    preferences.reset_defaults(installation, admin, ["passages"])
    assert preferences.changed_defaults(installation, admin) == {"history": 9}


def test_what_an_older_or_a_newer_program_saved_is_read_as_far_as_it_fits_and_kept(installation, member):
    newer = {
        "passages": 7,
        "reasoning": "deep",
        "language": "tlh",
        "weight": "automatic",
        "max_tokens": 100_000,
        "history": True,
        "theme": ["dark"],
        "temperature": float("inf"),
    }
    keep(installation, member, newer)
    assert preferences.of(installation, member) == Preferences(passages=7)
    preferences.save(installation, member, max_tokens=500)
    assert preferences.of(installation, member) == Preferences(passages=7, max_tokens=500)
    assert kept(installation, member) == {**newer, "max_tokens": 500}
    preferences.reset(installation, member)
    assert set(kept(installation, member)) == {"reasoning"}


@pytest.mark.parametrize("older", [None, [], "dark", 3])
def test_preferences_that_are_no_table_at_all_are_ignored(installation, member, older):
    keep(installation, member, older)
    assert preferences.of(installation, member) == Preferences()
    preferences.save(installation, member, passages=2)
    assert kept(installation, member) == {"passages": 2}


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", "null"])
def test_defaults_that_cannot_be_read_are_ignored(installation, admin, text):
    keep_defaults(installation, text)
    assert preferences.of(installation, admin) == Preferences()


def test_defaults_of_another_program_are_read_as_far_as_they_fit(installation, admin, member):
    keep_defaults(installation, json.dumps({"passages": 12, "mood": 1, "interface": "xx"}))
    assert preferences.of(installation, member) == Preferences(passages=12)
    preferences.save_defaults(installation, admin, history=0)
    assert preferences.defaults(installation, member) == Preferences(passages=12, history=0)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("passages", [1, 50], [0, 51, 2.5, "6", None, True]),
        ("weight", [0, 1, 0.4, None], [-0.1, 1.1, float("nan"), "0.5"]),
        ("threshold", [0, 1, None], [-1, 2, True]),
        ("temperature", [0, 2, 0.7], [-0.1, 2.1, None]),
        ("max_tokens", [16, 8192], [15, 8193, 100.5]),
        ("history", [0, 20], [-1, 21]),
        ("language", ["question", "fr", "ja"], ["xx", "", None, ["fr"]]),
        ("instructions", ["Be brief.", "x" * 4000, None], ["", "  ", "x" * 4001, 3]),
        ("question_prompt", ["{question}", None], ["", "x" * 4001]),
        ("theme", ["system", "light", "dark"], ["blue", None]),
        ("interface", ["en", "fr", None], ["xx", ""]),
        ("model", [None, models.EXTRACTIVE], ["", "unknown", 7]),
    ],
)
def test_a_value_out_of_its_bounds_is_refused_in_one_sentence(installation, member, name, good, bad):
    for value in good:
        preferences.save(installation, member, **{name: value})
        assert getattr(preferences.of(installation, member), name) == value
    for value in bad:
        with pytest.raises(InvalidInput, match=r"^[A-Z][^.]*\.( [A-Z][^.]*\.)?$"):
            preferences.save(installation, member, **{name: value})
    assert getattr(preferences.of(installation, member), name) == good[-1]


def test_one_bad_value_saves_nothing(installation, admin, member):
    for save, user in ((preferences.save, member), (preferences.save_defaults, admin)):
        with pytest.raises(InvalidInput):
            save(installation, user, passages=3, temperature=9)
    assert preferences.of(installation, member) == Preferences()


def test_a_model_that_was_switched_off_since_is_not_used_any_more(installation, member):
    add_model(installation, "one")
    add_model(installation, "vectors", kind="embedding")
    add_model(installation, "asleep", active=False)
    preferences.save(installation, member, model="one", passages=3)
    for wrong in ("vectors", "asleep"):
        with pytest.raises(InvalidInput, match="no such active language model"):
            preferences.save(installation, member, model=wrong)
    assert preferences.of(installation, member).model == "one"
    with installation.database.session() as session:
        session.get_one(ModelRow, "one").active = False
    assert preferences.of(installation, member) == Preferences(passages=3)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST])
def test_only_an_admin_sets_everybody_s_defaults(installation, admin, member, role):
    with installation.database.session() as session:
        session.get_one(UserRow, member.id).role = role
    for refused in (
        lambda user: preferences.save_defaults(installation, user, passages=3),
        lambda user: preferences.reset_defaults(installation, user),
    ):
        with pytest.raises(NotAllowed, match="Only an admin"):
            refused(member)
    with installation.database.session() as session:
        session.get_one(UserRow, admin.id).role = Role.MEMBER
    with pytest.raises(NotAllowed):
        preferences.save_defaults(installation, admin, passages=3)
    assert preferences.defaults(installation, member) == Preferences()


def test_a_disabled_account_saves_nothing(installation, member):
    with installation.database.session() as session:
        session.get_one(UserRow, member.id).active = False
    with pytest.raises(NotAllowed):
        preferences.save(installation, member, passages=3)
    with pytest.raises(NotAllowed):
        preferences.reset(installation, member)


def test_reading_costs_one_statement(installation, member):
    preferences.save(installation, member, passages=3)
    statements = []
    event.listen(
        installation.database.engine, "before_cursor_execute", lambda *a: statements.append(str(a[2]))
    )
    preferences.of(installation, member)
    assert len([text for text in statements if text.startswith("SELECT")]) == 1
