"""What a search reads, held by its indexes alone.

The postings' key carries frequency and length, so that BM25 never visits the table; vectors are first compared by
the signs of their numbers, 32 bytes each. A posting belongs to its document alone: a reference to its chunk would
have to search all postings for each chunk that is deleted, and three references would triple the cost of writing.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE postings DROP CONSTRAINT postings_chunk_id_fkey")
    op.execute("ALTER TABLE postings DROP CONSTRAINT postings_tenant_id_fkey")
    op.execute(
        "ALTER TABLE postings ADD CONSTRAINT postings_document_id_fkey"
        " FOREIGN KEY (document_id) REFERENCES documents (id) ON DELETE CASCADE"
    )
    op.execute("ALTER TABLE postings DROP CONSTRAINT postings_pkey")
    op.execute(
        "ALTER TABLE postings ADD CONSTRAINT postings_pkey"
        " PRIMARY KEY (tenant_id, term, chunk_id, field) INCLUDE (frequency, length)"
    )
    op.execute(
        "ALTER TABLE chunk_vectors ADD COLUMN signs bit(256) NOT NULL"
        " GENERATED ALWAYS AS (binary_quantize(embedding)::bit(256)) STORED"
    )
    op.execute("DROP INDEX chunk_vectors_by_tenant")
    op.execute("CREATE INDEX documents_by_chunks ON documents (tenant_id) INCLUDE (chunk_count)")
    op.execute("CREATE INDEX chunk_vectors_by_signs ON chunk_vectors (tenant_id, chunk_id) INCLUDE (signs)")


def downgrade() -> None:
    op.execute("DROP INDEX documents_by_chunks")
    op.execute("DROP INDEX chunk_vectors_by_signs")
    op.execute("CREATE INDEX chunk_vectors_by_tenant ON chunk_vectors (tenant_id)")
    op.execute("ALTER TABLE chunk_vectors DROP COLUMN signs")
    op.execute("ALTER TABLE postings DROP CONSTRAINT postings_pkey")
    op.execute("ALTER TABLE postings ADD PRIMARY KEY (tenant_id, term, chunk_id, field)")
    op.execute("ALTER TABLE postings DROP CONSTRAINT postings_document_id_fkey")
    for column, table in (("tenant_id", "tenants"), ("chunk_id", "chunks")):
        op.execute(
            f"ALTER TABLE postings ADD CONSTRAINT postings_{column}_fkey"
            f" FOREIGN KEY ({column}) REFERENCES {table} (id) ON DELETE CASCADE"
        )
