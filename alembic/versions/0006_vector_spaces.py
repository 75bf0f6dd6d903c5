"""Vector spaces: a tenant's vectors of one embedder, of any length; and a second table for large tenants.

`chunk_vectors` is searched exactly. `large_vectors` has an HNSW index for every length that embedders use, as halves:
two bytes a number lose nothing that the exact comparison afterwards does not see. Both carry what a search may be
narrowed by (the source's number, the language), so that it costs no look elsewhere.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from echo_app.kit.ids import new_id

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LENGTHS = (256, 384, 512, 768, 1024, 1536, 3072)
KEYLESS = "wordllama"


def upgrade() -> None:
    _number_sources()
    _create_spaces()
    _widen_vectors()
    _create_large_vectors()


def downgrade() -> None:
    op.drop_table("large_vectors")
    op.drop_index("chunk_vectors_by_signs", "chunk_vectors")
    # Vectors of another embedder have no place in the older table: their documents must be read again.
    _owner_sees_rows("chunk_vectors", "vector_spaces", yes=True)
    op.execute(
        "DELETE FROM chunk_vectors WHERE vector_dims(embedding) <> 256 OR space_id NOT IN"
        " (SELECT id FROM vector_spaces WHERE state = 'active')"
    )
    _owner_sees_rows("chunk_vectors", "vector_spaces", yes=False)
    op.drop_column("chunk_vectors", "signs")
    op.execute("ALTER TABLE chunk_vectors DROP CONSTRAINT chunk_vectors_pkey")
    for column in ("space_id", "source", "language"):
        op.drop_column("chunk_vectors", column)
    op.execute("ALTER TABLE chunk_vectors ADD PRIMARY KEY (chunk_id)")
    op.execute("ALTER TABLE chunk_vectors ALTER COLUMN embedding TYPE vector(256)")
    op.execute(
        "ALTER TABLE chunk_vectors ADD COLUMN signs bit(256) NOT NULL"
        " GENERATED ALWAYS AS (binary_quantize(embedding)::bit(256)) STORED"
    )
    op.execute("CREATE INDEX chunk_vectors_by_signs ON chunk_vectors (tenant_id, chunk_id) INCLUDE (signs)")
    op.drop_table("vector_spaces")
    op.drop_index("sources_by_number", "sources")
    op.drop_column("sources", "number")


def _number_sources() -> None:
    op.execute(
        "ALTER TABLE sources ADD COLUMN number integer NOT NULL DEFAULT floor(random() * 2147483647)::integer"
    )
    op.create_index("sources_by_number", "sources", ["tenant_id", "number"], unique=True)


def _create_spaces() -> None:
    op.create_table(
        "vector_spaces",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("embedder", sa.String(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    for state in ("active", "building"):
        op.create_index(
            f"vector_spaces_{state}",
            "vector_spaces",
            ["tenant_id"],
            unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    _secure("vector_spaces")


def _widen_vectors() -> None:
    op.drop_index("chunk_vectors_by_signs", "chunk_vectors")
    op.drop_column("chunk_vectors", "signs")
    op.execute("ALTER TABLE chunk_vectors ALTER COLUMN embedding TYPE vector")
    for definition in ("space_id uuid", "source integer", "language varchar"):
        op.execute(f"ALTER TABLE chunk_vectors ADD COLUMN {definition}")
    _fill_vectors()
    for column in ("space_id", "source", "language"):
        op.execute(f"ALTER TABLE chunk_vectors ALTER COLUMN {column} SET NOT NULL")
    op.execute("ALTER TABLE chunk_vectors DROP CONSTRAINT chunk_vectors_pkey")
    op.execute("ALTER TABLE chunk_vectors ADD PRIMARY KEY (chunk_id, space_id)")
    op.execute(
        "ALTER TABLE chunk_vectors ADD COLUMN signs bit varying NOT NULL"
        " GENERATED ALWAYS AS (binary_quantize(embedding)) STORED"
    )
    op.execute(
        "CREATE INDEX chunk_vectors_by_signs ON chunk_vectors (tenant_id, space_id, chunk_id)"
        " INCLUDE (source, language, signs)"
    )


def _fill_vectors() -> None:
    """Every tenant with vectors has them in one active space of the keyless embedder."""
    tables = ("chunk_vectors", "chunks", "documents", "sources", "vector_spaces")
    _owner_sees_rows(*tables, yes=True)
    connection = op.get_bind()
    counts = connection.execute(sa.text("SELECT tenant_id, count(*) FROM chunk_vectors GROUP BY 1")).all()
    for tenant, count in counts:
        connection.execute(
            sa.text(
                "INSERT INTO vector_spaces (id, tenant_id, embedder, dimensions, state, tier, done, total,"
                " created_at) VALUES (:id, :tenant, :embedder, 256, 'active', 'exact', :count, :count, now())"
            ),
            {"id": new_id(), "tenant": tenant, "embedder": KEYLESS, "count": count},
        )
    connection.execute(
        sa.text(
            "UPDATE chunk_vectors v SET space_id = p.id, source = s.number,"
            " language = coalesce(d.language, s.language, 'en')"
            " FROM vector_spaces p, chunks c JOIN documents d ON d.id = c.document_id"
            " JOIN sources s ON s.id = d.source_id WHERE p.tenant_id = v.tenant_id AND c.id = v.chunk_id"
        )
    )
    _owner_sees_rows(*tables, yes=False)


def _create_large_vectors() -> None:
    op.execute(
        """
        CREATE TABLE large_vectors (
            tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
            chunk_id uuid NOT NULL REFERENCES chunks (id) ON DELETE CASCADE,
            space_id uuid NOT NULL,
            source integer NOT NULL,
            language varchar NOT NULL,
            dimensions smallint NOT NULL,
            embedding vector NOT NULL,
            PRIMARY KEY (chunk_id, space_id)
        )
        """
    )
    # A vector of 1,536 numbers would otherwise be moved out of its row, and fetched in two steps.
    op.execute("ALTER TABLE large_vectors ALTER COLUMN embedding SET STORAGE PLAIN")
    op.execute("CREATE INDEX large_vectors_by_space ON large_vectors (tenant_id, space_id)")
    for length in LENGTHS:
        op.execute(
            f"CREATE INDEX large_vectors_{length} ON large_vectors"
            f" USING hnsw ((embedding::halfvec({length})) halfvec_ip_ops)"
            f" WITH (m = 16, ef_construction = 100) WHERE dimensions = {length}"
        )
    _secure("large_vectors")


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
