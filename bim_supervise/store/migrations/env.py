"""How Alembic runs the migrations: always on the connection, and in the transaction, of the caller."""

from __future__ import annotations

from alembic import context

from bim_supervise.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    # The caller holds the one transaction around everything; SQLite keeps DDL inside it just as well.
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
