"""Statistics for BM25, filters inside the postings' key, and findings.

`knowledge_totals` counts a tenant's passages and their words; the database itself keeps it (triggers on documents), so
that no way of adding or deleting a document can forget to. `common_terms` holds how many passages each common term
has: counting those for every question would cost more than the search.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = "PRIMARY KEY (tenant_id, term, chunk_id, field)"


def upgrade() -> None:
    _widen_postings()
    _create_statistics()
    _create_findings()


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_table("common_terms")
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER documents_counted_{event} ON documents")
    op.execute("DROP FUNCTION count_passages()")
    op.execute("DROP FUNCTION add_passages(uuid, bigint, bigint)")
    op.drop_table("knowledge_totals")
    op.create_index("documents_by_chunks", "documents", ["tenant_id"], postgresql_include=["chunk_count"])
    op.drop_column("documents", "term_total")
    op.execute("ALTER TABLE postings DROP CONSTRAINT postings_pkey")
    for column in ("source", "language"):
        op.drop_column("postings", column)
    for column in ("frequency", "length"):
        op.execute(f"ALTER TABLE postings ALTER COLUMN {column} TYPE integer")
    op.execute(f"ALTER TABLE postings ADD CONSTRAINT postings_pkey {KEY} INCLUDE (frequency, length)")


def _widen_postings() -> None:
    op.execute("ALTER TABLE postings DROP CONSTRAINT postings_pkey")
    for column in ("frequency", "length"):
        op.execute(
            f"ALTER TABLE postings ALTER COLUMN {column} TYPE smallint USING least({column}, 32767)::smallint"
        )
    op.execute("ALTER TABLE postings ADD COLUMN source integer")
    op.execute("ALTER TABLE postings ADD COLUMN language varchar")
    _owner_sees_rows("postings", "documents", "sources", yes=True)
    op.execute(
        "UPDATE postings p SET source = s.number, language = coalesce(d.language, s.language, 'en')"
        " FROM documents d JOIN sources s ON s.id = d.source_id WHERE d.id = p.document_id"
    )
    _owner_sees_rows("postings", "documents", "sources", yes=False)
    for column in ("source", "language"):
        op.execute(f"ALTER TABLE postings ALTER COLUMN {column} SET NOT NULL")
    op.execute(
        f"ALTER TABLE postings ADD CONSTRAINT postings_pkey {KEY} INCLUDE (frequency, length, source, language)"
    )


def _create_statistics() -> None:
    op.add_column("documents", sa.Column("term_total", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("documents", "term_total", server_default=None)
    op.drop_index("documents_by_chunks", "documents")
    op.execute(
        """
        CREATE TABLE knowledge_totals (
            tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
            chunks bigint NOT NULL,
            terms bigint NOT NULL,
            counted bigint NOT NULL DEFAULT 0
        )
        """
    )
    op.execute(
        """
        CREATE TABLE common_terms (
            tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
            term varchar NOT NULL,
            passages integer NOT NULL,
            PRIMARY KEY (tenant_id, term) INCLUDE (passages)
        )
        """
    )
    for table in ("knowledge_totals", "common_terms"):
        _secure(table)
    # Documents that go with their source go by the tables' owner, who is under its tables' policies too.
    op.execute(
        """
        DO $$ BEGIN
            EXECUTE format('CREATE POLICY counting ON knowledge_totals TO %I USING (true)', current_user);
        END $$
        """
    )
    _count_what_is_there()
    _keep_count()


def _count_what_is_there() -> None:
    _owner_sees_rows("documents", "postings", "knowledge_totals", yes=True)
    op.execute(
        "UPDATE documents d SET term_total = found.total FROM (SELECT document_id, sum(frequency) AS total"
        " FROM postings WHERE field = 1 GROUP BY 1) AS found WHERE found.document_id = d.id"
    )
    op.execute(
        "INSERT INTO knowledge_totals (tenant_id, chunks, terms)"
        " SELECT tenant_id, sum(chunk_count), sum(term_total) FROM documents GROUP BY 1"
    )
    _owner_sees_rows("documents", "postings", "knowledge_totals", yes=False)


def _keep_count() -> None:
    # A tenant that is being deleted has no row any more, and must not be given one: less is only taken away.
    op.execute(
        """
        CREATE FUNCTION add_passages(tenant uuid, more bigint, more_terms bigint) RETURNS void
        LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
            IF more = 0 AND more_terms = 0 THEN
                RETURN;
            END IF;
            UPDATE knowledge_totals SET chunks = chunks + more, terms = terms + more_terms WHERE tenant_id = tenant;
            IF NOT FOUND AND more > 0 THEN
                INSERT INTO knowledge_totals AS t (tenant_id, chunks, terms) VALUES (tenant, more, more_terms)
                ON CONFLICT (tenant_id) DO UPDATE
                SET chunks = t.chunks + excluded.chunks, terms = t.terms + excluded.terms;
            END IF;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION count_passages() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                PERFORM add_passages(tenant_id, sum(chunk_count), sum(term_total)) FROM came GROUP BY tenant_id;
            ELSIF TG_OP = 'DELETE' THEN
                PERFORM add_passages(tenant_id, -sum(chunk_count), -sum(term_total)) FROM went GROUP BY tenant_id;
            ELSE
                PERFORM add_passages(tenant_id, sum(chunks), sum(terms)) FROM (
                    SELECT tenant_id, chunk_count AS chunks, term_total AS terms FROM came
                    UNION ALL SELECT tenant_id, -chunk_count, -term_total FROM went) AS change
                GROUP BY tenant_id;
            END IF;
            RETURN NULL;
        END $$
        """
    )
    for event, tables in (
        ("insert", "NEW TABLE AS came"),
        ("update", "OLD TABLE AS went NEW TABLE AS came"),
        ("delete", "OLD TABLE AS went"),
    ):
        op.execute(
            f"CREATE TRIGGER documents_counted_{event} AFTER {event} ON documents REFERENCING {tables}"
            " FOR EACH STATEMENT EXECUTE FUNCTION count_passages()"
        )


def _create_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("chunk_id", sa.Uuid(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("other_document_id", sa.Uuid(), nullable=False),
        sa.Column("other_chunk_id", sa.Uuid(), nullable=False),
        sa.Column("other_quote", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_document_id"], ["documents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "fingerprint"),
    )
    op.create_index("findings_by_document", "findings", ["document_id"])
    op.create_index("findings_by_other_document", "findings", ["other_document_id"])
    _secure("findings")


def _secure(table: str) -> None:
    condition = "tenant_id = (SELECT echo_tenant())"
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO echo_app")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO echo_app USING ({condition}) WITH CHECK ({condition})")


def _owner_sees_rows(*tables: str, yes: bool) -> None:
    """An owner that is no superuser is itself under the policies of its tables, which show it nothing."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} {'NO ' if yes else ''}FORCE ROW LEVEL SECURITY")
