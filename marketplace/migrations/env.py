"""Alembic's entry: runs on the connection that `runner.py` hands over."""

from alembic import context

from marketplace.migrations.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, compare_type=True, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
