"""Opening an installation: private folders, one secret, one migration; settings from outside."""

from __future__ import annotations

import stat
import threading

import pytest
from sqlalchemy import select

from domain.errors import DiskFull, EvidentiaError, InvalidInput, Unavailable
from services import logs, users
from services.settings import Settings, is_loopback
from services.setup import open_installation
from services.tables import SettingRow, UserRow


def test_the_data_folder_is_nobody_else_s_to_read(installation):
    for path in [installation.settings.data_dir, *installation.settings.data_dir.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_second_start_finds_the_same_secret_and_creates_nothing(installation):
    again = open_installation(installation.settings, "test")
    assert again.secret == installation.secret
    with again.database.read() as session:
        assert [row.name for row in session.scalars(select(UserRow))] == [users.FIRST_NAME]
    again.close()


def test_a_renamed_admin_is_not_created_again(installation):
    with installation.database.session() as session:
        session.scalars(select(UserRow)).one().name = "renamed"
    again = open_installation(installation.settings, "test")
    with again.database.read() as session:
        assert [row.name for row in session.scalars(select(UserRow))] == ["renamed"]
    again.close()


@pytest.mark.parametrize("weak", ["secret", "a" * 64, "some_key"])
def test_a_weak_secret_is_refused(settings, weak):
    with pytest.raises(InvalidInput, match="too weak"):
        open_installation(Settings(KH_APP_DATA_DIR=settings.data_dir, EVIDENTIA_SECRET_KEY=weak), "test")


def test_a_data_folder_that_is_a_file_is_refused_in_words(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(InvalidInput, match="cannot be used"):
        open_installation(Settings(KH_APP_DATA_DIR=tmp_path / "data"), "test")


def test_several_starts_at_once_make_one_admin(settings):
    opened, failed = [], []

    def start():
        try:
            opened.append(open_installation(settings, "test"))
        except EvidentiaError as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with opened[0].database.read() as session:
        assert len(session.scalars(select(UserRow)).all()) == 1
    for installation in opened:
        installation.close()


def test_a_full_disk_while_writing_rows_is_said_and_rolls_back(installation):
    with installation.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def write():
        with installation.database.session() as session:
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            session.add(SettingRow(key="large", value="x" * 1_000_000))

    with pytest.raises(DiskFull, match="Free some space"):
        write()
    installation.database.engine.dispose()
    with installation.database.read() as session:
        assert session.get(SettingRow, "large") is None


def test_a_database_that_does_not_answer_is_said(tmp_path):
    from services.database import Database

    database = Database(f"sqlite:///{tmp_path}/missing/folder/sql.db")
    with pytest.raises(Unavailable, match="does not answer"), database.read() as session:
        session.get(SettingRow, "x")


def test_a_log_line_carries_its_request(installation):
    import logging

    with logs.request("abc123"):
        logging.getLogger("services.test").warning("something happened")
    assert "[abc123] services.test: something happened" in (
        installation.settings.logs / "test.log"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("", False)],  # noqa: S104
)
def test_loopback_means_this_machine_only(address, loopback):
    assert is_loopback(address) is loopback
