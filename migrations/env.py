"""Alembic's entry: `marie migrate` hands it an open connection."""

from alembic import context

from marie.store import (  # noqa: F401 (tables join the metadata)
    account_tables,
    appointment_tables,
    assignment_tables,
    card_tables,
    console_tables,
    directory_tables,
    event_tables,
    example_tables,
    figure_tables,
    miss_tables,
    notification_tables,
    opening_tables,
    paper_tables,
    privacy_tables,
    quality_tables,
    referral_tables,
    revision_tables,
)
from marie.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
