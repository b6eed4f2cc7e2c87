"""The language of the pages: all is there in French, and no text is read too early."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date, datetime
from importlib import import_module
from pathlib import Path

import pytest

from components import translation, writing
from components.french.sentences import SENTENCES
from components.texts import Roles
from components.translation import Texts, translated
from domain.users import Role
from tests.said import said

ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(r"\{(\w*)\}")

for path in sorted((ROOT / "components").glob("texts*.py")):
    import_module(f"components.{path.stem}")


@pytest.fixture
def french(monkeypatch):
    """The session speaks French."""
    monkeypatch.setattr(translation, "language", lambda: "fr")
    monkeypatch.setattr(writing, "language", lambda: "fr")


def classes(base: type = Texts) -> Iterator[type]:
    for found in base.__subclasses__():
        yield found
        yield from classes(found)


def english(found: type) -> dict[str, object]:
    return {name: value for name, value in vars(found).items() if name.isupper()}


def shape(text: object) -> object:
    """What two languages have in common: the keys of tables, the length of lists, the places to be filled."""
    if isinstance(text, dict):
        return {key: shape(value) for key, value in text.items()}
    if isinstance(text, tuple | list):
        return [shape(value) for value in text]
    return sorted(set(PLACES.findall(str(text))))


# Texts


def test_no_two_classes_of_texts_have_the_same_name():
    names = [found.__name__ for found in classes()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("code", [code for code in translation.LANGUAGES if code != translation.ENGLISH])
def test_every_text_is_translated_and_nothing_else_is(code):
    known = translation.translations(code)
    wanted = {found.__name__: set(english(found)) for found in classes()}
    assert {name: set(texts) for name, texts in known.items() if texts} == {
        k: v for k, v in wanted.items() if v
    }


@pytest.mark.parametrize("found", sorted(classes(), key=lambda c: c.__name__), ids=lambda c: c.__name__)
def test_translations_have_the_same_places_and_keys(found):
    texts = translation.translations("fr").get(found.__name__, {})
    for name, text in english(found).items():
        if name in texts:
            assert shape(texts[name]) == shape(text), name


def test_a_text_is_read_in_the_language_of_the_session(french):
    assert Roles.NAMES[Role.ANALYST] == "Analyste"
    assert Roles.__doc__


def test_outside_of_a_session_everything_is_english():
    assert translation.language() == translation.ENGLISH
    assert Roles.NAMES[Role.ADMIN] == "Admin"


def test_texts_are_not_read_when_a_module_is_imported():
    names = {found.__name__ for found in classes()}
    early = []
    for path in sorted((ROOT / "components").rglob("*.py")):
        for node in import_time(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in names
                and node.attr.isupper()
            ):
                early.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
    assert not early


def import_time(node: ast.AST) -> Iterator[ast.AST]:
    """All that runs when a module is imported: not the bodies of functions."""
    yield node
    for name, field in ast.iter_fields(node):
        if name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST):
                yield from import_time(child)


def test_every_noun_that_is_counted_is_translated():
    missing = set()
    for path in [*(ROOT / "components").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "counted":
                missing |= {
                    noun.value
                    for noun in ast.walk(node.args[1])
                    if isinstance(noun, ast.Constant) and noun.value not in translation.nouns("fr")
                }
    assert not missing


# Sentences of services


def test_every_sentence_of_a_service_is_translated():
    known = {PLACES.sub("{}", text) for text in translation.sentences("fr")}
    missing = [f"{where} {text}" for where, text in said(ROOT) if text not in known]
    assert not missing, "\n".join(missing)


def test_every_translated_sentence_is_said_somewhere():
    found = {text for _, text in said(ROOT)}
    unknown = [text for text in SENTENCES if PLACES.sub("{}", text) not in found]
    assert not unknown, "\n".join(unknown)


def test_translated_sentences_have_the_same_places():
    for text, french_text in translation.sentences("fr").items():
        assert set(PLACES.findall(french_text)) == set(PLACES.findall(text)), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There is no such conversation.", "Cette conversation n’existe pas."),
        ("Nobody ever wrote this sentence.", "Nobody ever wrote this sentence."),
        (
            "There is no user named “{name}”. Check the spelling.",
            "Il n’y a pas d’utilisateur nommé « {name} ». Vérifiez l’orthographe.",
        ),
        (
            "There is no user named “a\nb”. Check the spelling.",
            "Il n’y a pas d’utilisateur nommé « a\nb ». Vérifiez l’orthographe.",
        ),
        (
            "Too many failed attempts. Wait 5 minutes, then try again.",
            "Trop de tentatives échouées. Patientez 5 minutes, puis réessayez.",
        ),
        (
            "Too many failed attempts. Wait 1 minute, then try again.",
            "Trop de tentatives échouées. Patientez 1 minute, puis réessayez.",
        ),
    ],
)
def test_a_sentence_is_translated_with_what_stands_in_it(text, expected):
    assert translated(text, "fr").replace("\xa0", " ") == expected
    assert translated(text, "en") == text


# Numbers and dates


def test_numbers_are_written_as_the_language_does(french):
    assert writing.number(1_234_567) == "1\u202f234\u202f567"
    assert writing.decimal(1234.5, 1) == "1\u202f234,5"
    assert writing.percent(0.843) == "84\xa0%"
    assert [writing.counted(n, "file") for n in (0, 1, 2)] == ["0 fichier", "1 fichier", "2 fichiers"]
    assert writing.duration(2140) == "2,1\xa0s"
    assert writing.size(12_345_678) == "12,3\xa0Mo"


def test_numbers_in_english():
    assert writing.number(1_234_567) == "1,234,567"
    assert writing.decimal(0.5) == "0.50"
    assert writing.percent(0.843) == "84%"
    assert [writing.counted(n, "file") for n in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]
    assert [writing.duration(ms) for ms in (0.42, 84.4, 2140)] == ["0.4 ms", "84 ms", "2.1 s"]
    assert [writing.size(n) for n in (1, 999, 266_240, 12_345_678)] == [
        "1 byte",
        "999 bytes",
        "266 kB",
        "12.3 MB",
    ]


def test_dates_in_french(french):
    today = date(2026, 5, 3)
    moments = [
        datetime(2026, 5, 3, 9, 5),
        datetime(2026, 5, 2, 23, 59),
        datetime(2026, 4, 28),
        datetime(2026, 4, 1),
    ]
    words = ["aujourd’hui 09:05", "hier 23:59", "mardi", "1er avril 2026"]
    assert [writing.when(moment, today) for moment in moments] == words
    assert writing.short_day(date(2026, 3, 10)) == "mar. 10 mars 2026"
    assert writing.listed(["un", "deux", "trois"]) == "un, deux et trois"
