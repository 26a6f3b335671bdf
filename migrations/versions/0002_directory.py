"""The directory, in the shape of HSDS 3.1

Revision: 0002_directory
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_directory"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 (one table after the other)
    op.create_table(
        "directory_batch",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_by", sa.String(length=100), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_batch")),
    )
    op.create_table(
        "directory_entry",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("parent", sa.String(length=200), nullable=True),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("location_id", sa.String(length=36), nullable=True),
        sa.Column("service_at_location_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_entry")),
        sa.UniqueConstraint(
            "service_at_location_id", name=op.f("uq_directory_entry_service_at_location_id")
        ),
    )
    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_directory_entry_kind"), ["kind"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_directory_entry_location_id"), ["location_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_directory_entry_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index("ix_directory_entry_scope", ["origin", "scope"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_directory_entry_service_id"), ["service_id"], unique=False
        )

    op.create_table(
        "directory_link",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_directory_link")),
    )
    op.create_table(
        "directory_report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("handled_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_report")),
    )
    with op.batch_alter_table("directory_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_report_entry_id"), ["entry_id"], unique=False
        )

    op.create_table(
        "directory_seed",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("resource", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_seed")),
    )
    op.create_table(
        "directory_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_state")),
    )
    op.create_table(
        "hsds_location",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("location_type", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("external_identifier", sa.Text(), nullable=True),
        sa.Column("external_identifier_type", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_location")),
    )
    op.create_table(
        "hsds_organization",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("parent_organization_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_organization")),
    )
    op.create_table(
        "directory_change",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["directory_batch.id"],
            name=op.f("fk_directory_change_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "entry_id", name=op.f("pk_directory_change")),
    )
    with op.batch_alter_table("directory_change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_directory_change_entry_id", ["entry_id", "batch_id"], unique=False
        )

    op.create_table(
        "directory_figure",
        sa.Column("region", sa.String(length=5), nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("source_title", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["directory_batch.id"],
            name=op.f("fk_directory_figure_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "region", "indicator", "period", "batch_id", name=op.f("pk_directory_figure")
        ),
    )
    op.create_table(
        "directory_merge",
        sa.Column("duplicate", sa.String(length=200), nullable=False),
        sa.Column("kept", sa.String(length=200), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["directory_batch.id"],
            name=op.f("fk_directory_merge_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("duplicate", name=op.f("pk_directory_merge")),
    )
    with op.batch_alter_table("directory_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_directory_merge_kept"), ["kept"], unique=False)

    op.create_table(
        "hsds_address",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("location_id", sa.String(length=36), nullable=False),
        sa.Column("address_1", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("state_province", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("address_type", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["hsds_location.id"],
            name=op.f("fk_hsds_address_location_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_address")),
    )
    with op.batch_alter_table("hsds_address", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_address_location_id"), ["location_id"], unique=False
        )

    op.create_table(
        "hsds_service",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("eligibility_description", sa.Text(), nullable=True),
        sa.Column("assured_date", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["hsds_organization.id"],
            name=op.f("fk_hsds_service_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_service")),
    )
    with op.batch_alter_table("hsds_service", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_service_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "hsds_attribute",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("link_id", sa.String(length=36), nullable=False),
        sa.Column("taxonomy_term_id", sa.Text(), nullable=True),
        sa.Column("link_entity", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_attribute_link_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_attribute")),
    )
    with op.batch_alter_table("hsds_attribute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hsds_attribute_link_id"), ["link_id"], unique=False)

    op.create_table(
        "hsds_cost_option",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("amount_description", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_cost_option_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_cost_option")),
    )
    with op.batch_alter_table("hsds_cost_option", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_cost_option_service_id"), ["service_id"], unique=False
        )

    op.create_table(
        "hsds_language",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_language_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_language")),
    )
    with op.batch_alter_table("hsds_language", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_language_service_id"), ["service_id"], unique=False
        )

    op.create_table(
        "hsds_metadata",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=True),
        sa.Column("last_action_date", sa.Text(), nullable=True),
        sa.Column("last_action_type", sa.Text(), nullable=True),
        sa.Column("field_name", sa.Text(), nullable=True),
        sa.Column("previous_value", sa.Text(), nullable=True),
        sa.Column("replacement_value", sa.Text(), nullable=True),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_metadata_resource_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_metadata")),
    )
    with op.batch_alter_table("hsds_metadata", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_metadata_resource_id"), ["resource_id"], unique=False
        )

    op.create_table(
        "hsds_phone",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_phone_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_phone")),
    )
    with op.batch_alter_table("hsds_phone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hsds_phone_service_id"), ["service_id"], unique=False)

    op.create_table(
        "hsds_schedule",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_schedule_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_schedule")),
    )
    with op.batch_alter_table("hsds_schedule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_schedule_service_id"), ["service_id"], unique=False
        )

    op.create_table(
        "hsds_service_area",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("extent", sa.Text(), nullable=True),
        sa.Column("extent_type", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_service_area_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_service_area")),
    )
    with op.batch_alter_table("hsds_service_area", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_service_area_service_id"), ["service_id"], unique=False
        )

    op.create_table(
        "hsds_service_at_location",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("location_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["hsds_location.id"],
            name=op.f("fk_hsds_service_at_location_location_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_service_at_location_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_service_at_location")),
    )
    with op.batch_alter_table("hsds_service_at_location", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_service_at_location_location_id"), ["location_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_hsds_service_at_location_service_id"), ["service_id"], unique=False
        )

    op.create_table(
        "hsds_service_capacity",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("available", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Float(), nullable=True),
        sa.Column("updated", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["hsds_service.id"],
            name=op.f("fk_hsds_service_capacity_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_service_capacity")),
    )
    with op.batch_alter_table("hsds_service_capacity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hsds_service_capacity_service_id"), ["service_id"], unique=False
        )


def downgrade() -> None:
    for table in (
        "hsds_service_capacity",
        "hsds_service_at_location",
        "hsds_service_area",
        "hsds_schedule",
        "hsds_phone",
        "hsds_metadata",
        "hsds_language",
        "hsds_cost_option",
        "hsds_attribute",
        "hsds_service",
        "hsds_address",
        "directory_merge",
        "directory_figure",
        "directory_change",
        "hsds_organization",
        "hsds_location",
        "directory_state",
        "directory_seed",
        "directory_report",
        "directory_link",
        "directory_entry",
        "directory_batch",
    ):
        op.drop_table(table)
