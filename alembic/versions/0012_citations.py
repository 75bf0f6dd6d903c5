"""How often a document was cited, and by which replies.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("citations_by_document", "citations", ["tenant_id", "document_id", "message_id"])


def downgrade() -> None:
    op.drop_index("citations_by_document", "citations")
