"""`echo-app`: the command line. A command imports what it needs when it runs, so that each starts fast."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from echo_app.settings import Settings

app = typer.Typer(
    help="Echo: customer support that answers from your documents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
tenant_app = typer.Typer(help="The companies that use this Echo.", no_args_is_help=True)
app.add_typer(tenant_app, name="tenant")


@app.command()
def up() -> None:
    """Start everything on one port and keep it running, in the foreground."""
    from echo_app.supervisor import Plan

    chosen = _chosen()
    Plan(
        host=chosen.host,
        port=chosen.port,
        data_dir=str(chosen.data_dir),
        public_url=chosen.public_url,
        embedded=chosen.database_url is None,
        demo=chosen.makes_demo,
    ).exec()


@app.command()
def web() -> None:
    """Serve the dashboard, the API and the widget, without the worker; for containers."""
    from echo_app import processes
    from echo_app.settings import settings
    from echo_app.web import compose, serve

    _enter_project()
    listener = processes.bound_socket(settings().host, settings().port)
    server = compose()
    listener.listen(2048)
    serve(server, listener)


@app.command()
def worker() -> None:
    """Run the background jobs, without the web; for containers."""
    from echo_app.worker import main as work

    _enter_project()
    asyncio.run(work())


@app.command()
def migrate() -> None:
    """Bring the database's tables to this version's."""
    from echo_app.migrations import upgrade

    _enter_project()
    upgrade()


@app.command()
def prepare() -> None:
    """What `up` does before it serves: migrate, and make the demo tenant where there should be one."""
    from echo_app.prepare import prepare as migrate_and_seed

    _enter_project()
    migrate_and_seed()


@app.command()
def build() -> None:
    """Compile the widget and the dashboard, where their sources changed."""
    from echo_app.build import BuildFailed, build_dashboard, build_widget

    try:
        for name, make in (("widget", build_widget), ("dashboard", build_dashboard)):
            typer.echo(f"{name}: {'compiled' if make() else 'unchanged'}")
    except BuildFailed as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None


@app.command()
def dev() -> None:
    """Like `up`, and what you change in the sources is loaded at once."""
    from echo_app.dev import run

    _enter_project()
    sys.exit(run())


@app.command()
def doctor() -> None:
    """Check every part of this installation; say what is wrong and how to mend it."""
    from echo_app.doctor import examine

    _enter_project()
    sys.exit(examine())


@app.command()
def ingest(
    path: Annotated[Path, typer.Argument(help="A file, a ZIP, or a folder with all that is in it.")],
    tenant: Annotated[str, typer.Option(help="Whose documents they are: a tenant's id, `ten_…`.")],
) -> None:
    """Take files into a tenant's knowledge base. Those that are there already are left out."""
    from echo_app.ingest_command import run

    chosen = path.absolute()
    _enter_project()
    sys.exit(asyncio.run(run(chosen, tenant)))


@tenant_app.command("create")
def create_tenant(
    name: Annotated[str, typer.Argument(help="The company's name.")],
) -> None:
    """Make a tenant and its first API key; prints JSON {"tenantId", "apiKey"}. The key is shown only here."""
    tenant_id, api_key = asyncio.run(_make_tenant(name))
    typer.echo(json.dumps({"tenantId": tenant_id, "apiKey": api_key}))


async def _make_tenant(name: str) -> tuple[str, str]:
    from echo_app import composition, db
    from echo_app.errors import EchoError
    from echo_app.kit.ids import encode
    from echo_app.settings import settings
    from echo_app.tenants.sign_in import create_tenant

    composition.put_providers(settings())
    await db.open_engine(db.app_url(settings()), pool_size=1)
    try:
        made = await create_tenant(name)
    except EchoError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from None
    finally:
        await db.close_engine()
    return encode("ten", made.tenant_id), made.api_key


def _enter_project() -> None:
    """Goes where Reflex and Alembic look for their files: the current folder.

    A relative ECHO_DATA_DIR means the folder the person was in.
    """
    from echo_app.build import ROOT

    os.environ["ECHO_DATA_DIR"] = str(_chosen().data_dir)
    os.chdir(ROOT)


def _chosen() -> "Settings":
    """The settings; a variable with a value that cannot be ends the command with a line that names it."""
    from pydantic import ValidationError

    from echo_app.settings import settings

    try:
        return settings()
    except ValidationError as wrong:
        for error in wrong.errors():
            name = "_".join(str(part) for part in error["loc"]).upper()
            typer.echo(f"ECHO_{name}={error['input']}: {error['msg']}.", err=True)
        raise typer.Exit(1) from None


def main() -> None:
    from echo_app.build import ROOT

    if (ROOT / ".env").exists():
        from dotenv import load_dotenv

        # What the environment itself says goes before the file.
        load_dotenv(ROOT / ".env", override=False)
    app()


if __name__ == "__main__":
    main()
