"""Alembic's entry: migrations run on the connection, and inside the transaction, that the mirror hands over."""

from alembic import context

from daemon.mirror.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    transactional_ddl=True,
)
context.run_migrations()
