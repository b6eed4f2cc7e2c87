"""Keys of models: encrypted at rest, readable with this installation's secret only, shown nowhere."""

from __future__ import annotations

import logging

import pytest

from domain.errors import ModelRefused
from domain.models import ModelKind
from services import model_trials, models, secrets
from services.model_drafts import Draft
from services.tables import ModelRow
from tests.fake_provider import KEY, fake  # noqa: F401 - a fixture


@pytest.fixture
def model(installation, admin, fake):  # noqa: F811
    draft = Draft(ModelKind.LLM, "Fast", "fake", {"model": "small"}, KEY)
    return models.add(installation, admin, draft)


def test_a_key_is_the_same_after_encryption_and_never_encrypted_to_the_same_text(installation):
    first, second = secrets.encrypt(installation, KEY), secrets.encrypt(installation, KEY)
    assert first != second
    assert (
        secrets.decrypt(installation, first, "Fast") == secrets.decrypt(installation, second, "Fast") == KEY
    )
    assert KEY not in first


def test_the_plain_key_is_in_no_file_of_the_data_folder(installation, admin, model):
    logging.getLogger("services").warning("looked at %r", models.config(installation, model.id))
    model_trials.test(installation, admin, model.id)
    models.edit(
        installation, admin, model.id, model.version, Draft(ModelKind.LLM, "Fast", "fake", {"model": "large"})
    )
    files = [path for path in installation.settings.data_dir.rglob("*") if path.is_file()]
    assert {"sql.db", "test.log"} <= {path.name for path in files}
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def test_no_representation_shows_a_key(installation, admin, model):
    draft = Draft(ModelKind.LLM, "Fast", "fake", {"model": "small"}, KEY)
    with installation.database.read() as session:
        row = session.get_one(ModelRow, model.id)
        shown = repr(row) + str(vars(row))
    listed = models.listing(installation, admin) + models.usable(installation, admin, ModelKind.LLM)
    for text in (shown, repr(draft), repr(listed), repr(models.config(installation, model.id))):
        assert KEY not in text


@pytest.mark.parametrize("broken", ["", "nonsense", "gAAAAABnonsense"])
def test_what_was_not_encrypted_here_is_refused_in_words(installation, broken):
    with pytest.raises(
        ModelRefused, match="The key of “Fast” cannot be read with this installation's secret"
    ):
        secrets.decrypt(installation, broken, "Fast")


def test_another_secret_cannot_read_a_key_and_a_new_key_mends_it(installation, admin, model):
    installation.__dict__["secret"] = b"another secret of at least thirty-two characters"
    with pytest.raises(ModelRefused, match="Enter it again"):
        models.config(installation, model.id)
    assert "Enter it again" in model_trials.test(installation, admin, model.id).error
    assert [m.has_secret for m in models.listing(installation, admin) if m.id == model.id] == [True]
    again = Draft(ModelKind.LLM, "Fast", "fake", {"model": "small"}, KEY)
    models.edit(installation, admin, model.id, model.version, again)
    assert models.config(installation, model.id).secret == KEY
