"""Opening an installation: folders, secret, tables and what the first start creates."""

from __future__ import annotations

import os
from functools import lru_cache

from domain.errors import InvalidInput
from services import collections, logs, model_seeding, users
from services.database import disk_errors
from services.installation import Installation
from services.settings import Settings


def open_installation(settings: Settings | None = None, process: str = "app") -> Installation:
    """Open the installation that ``settings`` name, making what the first start needs.

    ``process`` names the log file. Raises ``InvalidInput`` for a data folder that cannot be used, and
    ``DiskFull``.
    """
    settings = settings or Settings()
    os.umask(0o077)
    try:
        with disk_errors():
            for folder in (settings.files, settings.user_data / "vectorstore", settings.logs, settings.cache):
                folder.mkdir(parents=True, exist_ok=True)
            settings.data_dir.chmod(0o700)
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        msg = (
            f"The data folder {settings.data_dir} cannot be used. "
            "Choose one that you may write to with KH_APP_DATA_DIR or --data-dir."
        )
        raise InvalidInput(msg) from error
    logs.configure(settings.logs, process, settings.log_level)
    installation = Installation(settings)
    installation.database.migrate(settings.data_dir / "migrate.lock")
    _ = installation.secret
    model_seeding.seed(installation)
    users.create_first_admin(installation)
    collections.create_default(installation)
    return installation


@lru_cache(maxsize=1)
def current() -> Installation:
    """The installation of this process, as the environment names it; for the web app's sessions."""
    return open_installation()
