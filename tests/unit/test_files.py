"""Originals: names made safe, contents under their hash, nothing half-written."""

from __future__ import annotations

import errno
import io
import shutil

import pytest

from domain.errors import DiskFull, InvalidInput
from services import files


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("📄 quarterly résumé.pdf", "📄 quarterly résumé.pdf"),
        ("a\x00b\n.txt", "ab.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("..", "unnamed"),
        ("", "unnamed"),
    ],
)
def test_a_name_is_shown_without_folders_and_tricks(given, shown):
    assert files.clean_name(given) == shown


def test_a_name_of_300_characters_is_cut_and_keeps_its_ending():
    name = files.clean_name("x" * 300 + ".pdf")
    assert len(name) == files.MAX_NAME_LENGTH
    assert name.endswith("….pdf")


@pytest.fixture
def folder(settings):
    settings.files.mkdir(parents=True)
    return settings


def test_an_empty_file_is_refused_and_leaves_nothing(folder):
    with pytest.raises(InvalidInput, match="is empty"):
        files.take_in(folder, "a.pdf", io.BytesIO())
    assert list(folder.files.iterdir()) == []


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(folder):
    small = folder.model_copy(update={"max_upload_mb": 1})
    with pytest.raises(InvalidInput, match="larger than the 1 MB"):
        files.take_in(small, "a.pdf", io.BytesIO(b"x" * 1_000_001))
    assert list(folder.files.iterdir()) == []


def test_a_full_disk_is_said_in_one_sentence_and_leaves_nothing(folder):
    class Full(io.BytesIO):
        def read(self, _size=-1):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFull, match="Free some space"):
        files.take_in(folder, "a.pdf", Full())
    assert list(folder.files.iterdir()) == []


def test_the_last_megabytes_are_not_filled(folder, monkeypatch):
    usage = shutil.disk_usage(folder.files)._replace(free=files.RESERVE - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DiskFull, match="Free some space"):
        files.take_in(folder, "a.txt", io.BytesIO(b"hello"))
    assert list(folder.files.iterdir()) == []


def test_a_kept_file_lies_under_its_hash_and_is_removed_with_its_folder(folder):
    stored = files.take_in(folder, "a.txt", io.BytesIO(b"hello"))
    files.keep(folder, stored)
    assert files.path_of(folder, stored.sha256).read_bytes() == b"hello"
    files.remove(folder, stored.sha256)
    assert list(folder.files.iterdir()) == []


def test_the_sweep_takes_leftovers_and_spares_known_and_young_files(folder):
    known = files.take_in(folder, "a.txt", io.BytesIO(b"known"))
    files.keep(folder, known)
    files.take_in(folder, "b.txt", io.BytesIO(b"left by a killed upload"))
    assert files.sweep(folder, {known.sha256}, older_than=0.0) == 0
    assert files.sweep(folder, {known.sha256}, older_than=1e12) == 1
    assert files.path_of(folder, known.sha256).exists()
