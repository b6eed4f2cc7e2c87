"""What tests of several kinds share: installations in temporary folders, with the weights of this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

from domain.users import Role, User
from services import users
from services.installation import Installation
from services.settings import ModelSeeds, Settings
from services.setup import open_installation
from services.tables import UserRow
from tests.scripted import Scripted

# The models of whoever runs the tests are not theirs.
for _name in ModelSeeds.model_fields:
    os.environ.pop(_name.upper(), None)

MODELS = Settings(_env_file=None).models


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder."""
    return Settings(_env_file=None, KH_APP_DATA_DIR=tmp_path / "data", EVIDENTIA_MODELS_DIR=MODELS)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a first start; copying it is quicker than hashing a password for every test."""
    folder = tmp_path_factory.mktemp("template") / "data"
    open_installation(Settings(_env_file=None, KH_APP_DATA_DIR=folder), "test").close()
    return folder


@pytest.fixture
def installation(settings: Settings, template: Path) -> Iterator[Installation]:
    """A fresh installation; its engine starts only if the test uses it."""
    shutil.copytree(template, settings.data_dir)
    opened = open_installation(settings, "test")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_installation() -> Iterator[Installation]:
    """One installation for the tests of a module, for those that need the engine."""
    with tempfile.TemporaryDirectory() as folder:
        given = Settings(_env_file=None, KH_APP_DATA_DIR=Path(folder) / "data", EVIDENTIA_MODELS_DIR=MODELS)
        opened = open_installation(given, "test")
        yield opened
        opened.close()


@pytest.fixture
def admin(installation: Installation):
    """The first admin of ``installation``."""
    return users.operator(installation)


@pytest.fixture
def member(installation: Installation, admin):
    """A second user, who manages nothing."""
    return add_user(installation, "ada", Role.MEMBER)


def add_user(installation: Installation, name: str, role: Role) -> User:
    """A user whose password nobody knows, made without the cost of hashing one."""
    with installation.database.session() as session:
        row = UserRow(name=name, password_hash="x", role=role)
        session.add(row)
        session.flush()
        return users.as_user(row)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """A model server that says what the test tells it to."""
    with Scripted() as server:
        yield server
