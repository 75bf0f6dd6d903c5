"""What is asked of all documents: which of them wait for a job that is gone, and how many bytes a tenant keeps.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX documents_by_size ON documents (tenant_id) INCLUDE (size_bytes)")
    op.execute(
        "CREATE INDEX documents_under_way ON documents (updated_at) WHERE status IN ('queued', 'processing')"
    )
    # The owner of the function below must see these rows also where it is no superuser.
    op.execute(
        """
        DO $$ BEGIN
            EXECUTE format('CREATE POLICY lookup ON documents FOR SELECT TO %I USING (true)', current_user);
        END $$
        """
    )
    # Half a minute: who adds a document and its job does both in one transaction, which may take a while.
    op.execute(
        """
        CREATE FUNCTION documents_without_job() RETURNS TABLE (tenant_id uuid, document_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$
            SELECT d.tenant_id, d.id FROM documents d
            WHERE d.status IN ('queued', 'processing') AND d.updated_at < now() - interval '30 seconds'
                AND NOT EXISTS (
                    SELECT FROM procrastinate_jobs j
                    WHERE j.lock = 'document:' || d.id AND j.task_name = 'document.ingest'
                        AND j.status IN ('todo', 'doing')
                )
            ORDER BY d.updated_at LIMIT 100
        $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION documents_without_job() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION documents_without_job() TO echo_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION documents_without_job()")
    op.execute("DROP POLICY lookup ON documents")
    op.drop_index("documents_under_way", "documents")
    op.drop_index("documents_by_size", "documents")
