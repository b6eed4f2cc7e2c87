"""Alembic's entry point; the connection comes from ``services.database``."""

from alembic import context

from services.tables import Base, UtcDateTime


def render_item(kind, item, _context):
    """Write plain column types into migrations, so that these do not depend on later code."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
