"""What was used up of what vendors are paid for; and what building a vector space has cost, or why it ended.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNTERS = ("tokens", "cost_micro_dollars")
REASON = ("error_code", "error")


def upgrade() -> None:
    op.create_table(
        "usage_entries",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("cost_micro_dollars", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("usage_entries_by_time", "usage_entries", ["tenant_id", "created_at"])
    # What was used stays written: no UPDATE, no DELETE.
    op.execute("GRANT SELECT, INSERT ON usage_entries TO echo_app")
    op.execute("ALTER TABLE usage_entries ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE usage_entries FORCE ROW LEVEL SECURITY")
    condition = "tenant_id = (SELECT echo_tenant())"
    op.execute(
        f"CREATE POLICY tenant ON usage_entries TO echo_app USING ({condition}) WITH CHECK ({condition})"
    )
    for name in COUNTERS:
        op.add_column("vector_spaces", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    for name in REASON:
        op.add_column("vector_spaces", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    for name in (*COUNTERS, *REASON):
        op.drop_column("vector_spaces", name)
    op.drop_table("usage_entries")
