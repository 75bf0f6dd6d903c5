"""Sources: where documents come from. Every document there is becomes one of its tenant's source "Files".

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from echo_app.kit.ids import new_id

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Counters that begin at 0, also for the documents that were read before there were any.
COUNTERS = ("pages_done", "pages_total", "chunks_done", "chunks_total")


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False, server_default="{}"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("pages_found", sa.Integer(), nullable=False),
        sa.Column("pages_done", sa.Integer(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False, server_default="{}"),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_crawled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_crawl_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sources_by_tenant", "sources", ["tenant_id"])
    op.create_index(
        "sources_by_default",
        "sources",
        ["tenant_id", "kind"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_index(
        "sources_due",
        "sources",
        ["next_crawl_at"],
        postgresql_where=sa.text("next_crawl_at IS NOT NULL"),
    )
    op.add_column("documents", sa.Column("source_id", sa.Uuid(), nullable=True))
    op.add_column("documents", sa.Column("kind", sa.String(), nullable=False, server_default="file"))
    op.alter_column("documents", "kind", server_default=None)
    for name in ("language", "etag", "last_modified", "text_sha256"):
        op.add_column("documents", sa.Column(name, sa.String(), nullable=True))
    op.add_column("documents", sa.Column("links", sa.ARRAY(sa.String()), nullable=False, server_default="{}"))
    for name in ("retired_at", "started_at"):
        op.add_column("documents", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in COUNTERS:
        op.add_column("documents", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        op.alter_column("documents", name, server_default=None)
    _give_documents_a_source()
    op.alter_column("documents", "source_id", nullable=False)
    op.create_foreign_key(
        "documents_source_id_fkey", "documents", "sources", ["source_id"], ["id"], ondelete="CASCADE"
    )
    op.drop_constraint("documents_tenant_id_sha256_key", "documents")
    op.create_index(
        "documents_by_sha256",
        "documents",
        ["tenant_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("kind = 'file'"),
    )
    op.create_index(
        "documents_by_url",
        "documents",
        ["source_id", "url"],
        unique=True,
        postgresql_where=sa.text("kind = 'page'"),
    )
    op.create_index("documents_by_source", "documents", ["source_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sources TO echo_app")
    op.execute("ALTER TABLE sources ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sources FORCE ROW LEVEL SECURITY")
    condition = "tenant_id = (SELECT echo_tenant())"
    op.execute(f"CREATE POLICY tenant ON sources TO echo_app USING ({condition}) WITH CHECK ({condition})")
    # The owner of the function below must see these rows also where it is no superuser.
    op.execute(
        """
        DO $$ BEGIN
            EXECUTE format('CREATE POLICY lookup ON sources FOR SELECT TO %I USING (true)', current_user);
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION tenants_with_due_crawls() RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT DISTINCT tenant_id FROM sources WHERE next_crawl_at <= now() $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION tenants_with_due_crawls() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION tenants_with_due_crawls() TO echo_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION tenants_with_due_crawls()")
    # What came from a website or was written here would stand among the uploads, maybe twice.
    _owner_sees_rows(True)
    op.execute("DELETE FROM documents WHERE kind <> 'file'")
    _owner_sees_rows(False)
    op.drop_index("documents_by_source", "documents")
    op.drop_index("documents_by_url", "documents")
    op.drop_index("documents_by_sha256", "documents")
    op.create_unique_constraint("documents_tenant_id_sha256_key", "documents", ["tenant_id", "sha256"])
    for name in (
        *COUNTERS,
        "started_at",
        "retired_at",
        "links",
        "text_sha256",
        "last_modified",
        "etag",
        "language",
        "kind",
        "source_id",
    ):
        op.drop_column("documents", name)
    op.drop_table("sources")


def _give_documents_a_source() -> None:
    connection = op.get_bind()
    _owner_sees_rows(True)
    tenants = connection.execute(sa.text("SELECT DISTINCT tenant_id FROM documents")).scalars().all()
    for tenant in tenants:
        connection.execute(
            sa.text(
                "INSERT INTO sources (id, tenant_id, kind, name, is_default, audience, enabled, state, run,"
                " pages_found, pages_done, created_at, updated_at)"
                " VALUES (:id, :tenant, 'files', 'Files', true, 'public', true, 'idle', 0, 0, 0, now(), now())"
            ),
            {"id": new_id(), "tenant": tenant},
        )
    connection.execute(
        sa.text("UPDATE documents d SET source_id = s.id FROM sources s WHERE s.tenant_id = d.tenant_id")
    )
    _owner_sees_rows(False)


def _owner_sees_rows(yes: bool) -> None:
    """An owner that is no superuser is itself under the policies of its tables, which show it nothing."""
    op.execute(f"ALTER TABLE documents {'NO ' if yes else ''}FORCE ROW LEVEL SECURITY")
