"""What is to be looked after once documents were read: which were compared with the others, and whether a job is due.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "documents", sa.Column("compared_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index(
        "documents_uncompared",
        "documents",
        ["tenant_id"],
        postgresql_where=sa.text("status = 'ready' AND compared_version <> version"),
    )
    op.add_column(
        "knowledge_totals",
        sa.Column("upkeep_due", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )


def downgrade() -> None:
    op.drop_column("knowledge_totals", "upkeep_due")
    op.drop_index("documents_uncompared", "documents")
    op.drop_column("documents", "compared_version")
