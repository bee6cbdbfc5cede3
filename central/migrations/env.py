"""Alembic's entry: runs the migrations over the connection that `central.database` opened.

Alembic executes this file; it is never imported.
"""

from alembic import context

from central.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # our BEGIN IMMEDIATE covers the tables too: all of a step or nothing
)
with context.begin_transaction():
    context.run_migrations()
