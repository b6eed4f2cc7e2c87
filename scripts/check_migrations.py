"""Check that the migrations have one head and lead to exactly the tables of ``services.tables``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.database import Database, alembic_config
from services.tables import Base


def main() -> int:
    """Print what differs; status 1 when anything does."""
    heads = ScriptDirectory.from_config(alembic_config()).get_heads()
    if len(heads) != 1:
        print(f"migrations have {len(heads)} heads: {', '.join(heads)}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/check.db")
        database.migrate(Path(folder) / "lock")
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            differences = compare_metadata(context, Base.metadata)
        database.close()
    for difference in differences:
        print(f"the tables differ from the migrations: {difference}")
    print(f"migrations: one head ({heads[0]}), {len(differences)} differences from the tables")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
