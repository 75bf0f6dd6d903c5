"""The application's role, what it may touch, and which rows it sees.

Every tenant table is readable and writable only for the tenant named by the transaction (`echo.tenant_id`).
What must be known before a tenant is, a few functions tell: ids only, by exact hash or address.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TENANT_TABLES = [
    "api_keys",
    "assistants",
    "audit_entries",
    "chunk_vectors",
    "chunks",
    "citations",
    "contacts",
    "conversation_reads",
    "conversations",
    "documents",
    "events",
    "messages",
    "postings",
    "reply_coverages",
    "suggestions",
    "traces",
]
# These also show a person their own rows, before or beside the tenant.
PERSONAL = {
    "tenants": "id = (SELECT echo_tenant())"
    " OR id IN (SELECT tenant_id FROM members WHERE user_id = (SELECT echo_user()))",
    "members": "tenant_id = (SELECT echo_tenant()) OR user_id = (SELECT echo_user())",
    "sessions": "tenant_id = (SELECT echo_tenant()) OR user_id = (SELECT echo_user())",
    "users": "id = (SELECT echo_user())"
    " OR id IN (SELECT user_id FROM members WHERE tenant_id = (SELECT echo_tenant()))",
}


def upgrade() -> None:
    op.execute(
        """
        DO $$
        BEGIN
            CREATE ROLE echo_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END $$
        """
    )
    op.execute(
        """
        DO $$
        BEGIN
            -- Whoever migrates may take on the application's role; a superuser may anyway.
            IF NOT pg_has_role(current_user, 'echo_app', 'MEMBER') THEN
                EXECUTE format('GRANT echo_app TO %I', current_user);
            END IF;
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO echo_app', current_schema());
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO echo_app',
                current_schema());
            EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO echo_app', current_schema());
        END $$
        """
    )
    # What was done stays written.
    op.execute("REVOKE UPDATE, DELETE ON audit_entries FROM echo_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM echo_app")
    for setting in ("tenant", "user"):
        op.execute(
            f"""
            CREATE FUNCTION echo_{setting}() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
            RETURN NULLIF(current_setting('echo.{setting}_id', true), '')::uuid
            """
        )
    for table in TENANT_TABLES:
        _secure(table, "tenant_id = (SELECT echo_tenant())")
    for table, condition in PERSONAL.items():
        _secure(table, condition)
    # The owner of the functions below must see these rows also where it is no superuser.
    for table in ("users", "sessions", "api_keys"):
        op.execute(
            f"""
            DO $$ BEGIN
                EXECUTE format('CREATE POLICY lookup ON {table} FOR SELECT TO %I USING (true)', current_user);
            END $$
            """
        )
    op.execute(
        """
        CREATE FUNCTION user_id_by_email(address text) RETURNS uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT id FROM users WHERE email = address $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION session_by_hash(hash bytea)
        RETURNS TABLE (session_id uuid, user_id uuid, tenant_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT s.id, s.user_id, s.tenant_id FROM sessions s
              WHERE s.token_hash = hash AND s.expires_at > now() $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION api_key_by_hash(hash bytea) RETURNS TABLE (api_key_id uuid, tenant_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
        AS $$ SELECT k.id, k.tenant_id FROM api_keys k WHERE k.token_hash = hash AND k.revoked_at IS NULL $$
        """
    )
    for signature in (
        "user_id_by_email(text)",
        "session_by_hash(bytea)",
        "api_key_by_hash(bytea)",
    ):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO echo_app")


def downgrade() -> None:
    for signature in (
        "user_id_by_email(text)",
        "session_by_hash(bytea)",
        "api_key_by_hash(bytea)",
    ):
        op.execute(f"DROP FUNCTION {signature}")
    for table in ("users", "sessions", "api_keys"):
        op.execute(f"DROP POLICY lookup ON {table}")
    for table in [*TENANT_TABLES, *PERSONAL]:
        op.execute(f"DROP POLICY tenant ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION echo_tenant()")
    op.execute("DROP FUNCTION echo_user()")
    # The role may serve other databases of the same server: it stays, without rights here.
    op.execute("DROP OWNED BY echo_app")


def _secure(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO echo_app USING ({condition}) WITH CHECK ({condition})")
