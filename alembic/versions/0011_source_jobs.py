"""Sources whose job is gone: a crawl that nobody goes on with, a deletion that nobody ends.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX sources_at_work ON sources (state) WHERE state IN ('crawling', 'deleting')")
    # A minute: who changes a source and defers its job does both in one transaction, which may take a while.
    op.execute(
        """
        CREATE FUNCTION sources_without_job() RETURNS TABLE (tenant_id uuid, source_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$
            SELECT s.tenant_id, s.id FROM sources s
            WHERE s.state IN ('crawling', 'deleting')
                AND greatest(s.started_at, s.updated_at) < now() - interval '1 minute'
                AND NOT EXISTS (
                    SELECT FROM procrastinate_jobs j
                    WHERE j.lock = 'source:' || s.id AND j.status IN ('todo', 'doing')
                        AND j.task_name IN ('source.crawl', 'source.forget')
                )
            LIMIT 100
        $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION sources_without_job() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION sources_without_job() TO echo_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION sources_without_job()")
    op.drop_index("sources_at_work", "sources")
