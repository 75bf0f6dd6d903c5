"""Migrations run as the owner of the tables, one transaction for all of them."""

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import echo_app.models  # noqa: F401  (fills the metadata)
from echo_app import db
from echo_app.settings import settings


def ours(_object: object, name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:
    """Procrastinate brings its own tables; they are not compared with our models."""
    return not (name or "").startswith(("procrastinate_", "idx_procrastinate_"))


def run() -> None:
    # A caller that migrates another database than the settings' hands its address over.
    url = context.config.attributes.get("url") or db.admin_url(settings())
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            include_object=ours,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: offline mode is not supported.")
run()
