"""`echo-app ingest`: files into a tenant's knowledge base, with a bar; what is wrong with one is told."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from echo_app import composition, db
from echo_app.errors import EchoError
from echo_app.kit.ids import decode
from echo_app.knowledge.bulk import File, Outcome, ingest_files
from echo_app.knowledge.errors import DocumentTooLarge
from echo_app.knowledge.isolation import close_parsers
from echo_app.knowledge.uploads import LARGEST_DOCUMENT, archive_members, is_archive
from echo_app.providers.embeddings.base import EmbeddingFailed
from echo_app.providers.storage.base import StorageFailed
from echo_app.settings import settings
from echo_app.tenancy import system
from echo_app.tenants import service as tenants


async def run(path: Path, tenant: str) -> int:
    """Takes in the file or all files under the folder; 0 when every one of them is a document now."""
    console = Console(stderr=True)
    try:
        tenant_id = decode("ten", tenant)
    except ValueError:
        console.print(f"{tenant} is no tenant's id: it looks like ten_ and 32 signs.")
        return 2
    paths = _paths(path)
    if not paths:
        console.print(f"There is no file at {path}.")
        return 2
    composition.put_providers(settings())
    composition.set_up_logging(settings())
    await db.open_engine(db.app_url(settings()), pool_size=3)
    try:
        return await _ingest(paths, tenant_id, console)
    except (EchoError, EmbeddingFailed, StorageFailed) as problem:
        console.print(getattr(problem, "message", None) or str(problem), style="red")
        return 1
    finally:
        await close_parsers()
        await db.close_engine()


async def _ingest(paths: list[Path], tenant_id: UUID, console: Console) -> int:
    actor = system(tenant_id)
    async with db.read_only(actor) as tx:
        await tenants.get_tenant(tx, actor)
    outcomes: list[Outcome] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("reading", total=len(paths))

        def told(outcome: Outcome) -> None:
            outcomes.append(outcome)
            bar.update(task, completed=len(outcomes), total=max(len(paths), len(outcomes)))
            if outcome.refusal is not None:
                console.print(f"{outcome.name}: {outcome.refusal.message}", style="red", highlight=False)

        await ingest_files(actor, _files(paths, told), told)
    new = [each for each in outcomes if each.document_id and not each.known]
    failed = [each for each in outcomes if each.refusal is not None]
    known = len(outcomes) - len(new) - len(failed)
    passages = sum(each.chunks for each in new)
    console.print(
        f"{len(new)} documents taken in ({passages} passages), {known} were there already,"
        f" {len(failed)} could not be read."
    )
    return 1 if failed else 0


def _paths(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(each for each in path.rglob("*") if _is_wanted(path, each))


def _is_wanted(folder: Path, path: Path) -> bool:
    """Files that a person put there: nothing hidden, and no way out of the folder by a link."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.is_file() and not path.is_symlink() and not hidden


def _files(paths: list[Path], told: Callable[[Outcome], None]) -> Iterator[File]:
    """The files one after the other, those of a ZIP each by itself; never more than a batch of them in memory."""
    for path in paths:
        try:
            if path.stat().st_size > LARGEST_DOCUMENT:
                raise DocumentTooLarge()
            content = path.read_bytes()
            if is_archive(content):
                for name, member in archive_members(content):
                    if isinstance(member, EchoError):
                        told(Outcome(name, refusal=member))
                    else:
                        yield File(name, member)
            else:
                yield File(path.name, content)
        except EchoError as refusal:
            told(Outcome(path.name, refusal=refusal))
        except OSError as unreadable:
            told(Outcome(path.name, refusal=EchoError(f"It cannot be read: {unreadable.strerror}.")))
