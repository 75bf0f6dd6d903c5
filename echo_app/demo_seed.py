"""The demo tenant: an invented shop with its documents and a few conversations in every state.

A composition root of its own (`echo-app up` runs it before anything serves): it writes as the application's role,
like everybody, and leaves `demo.json` in the data folder when all is there.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete

from echo_app import composition, db
from echo_app.audit import service as audit
from echo_app.demo_conversations import insert_conversations
from echo_app.kit.ids import encode, new_id
from echo_app.knowledge import ingestion
from echo_app.knowledge import service as knowledge
from echo_app.models import Member, Tenant, User
from echo_app.settings import Settings
from echo_app.tenancy import Actor, Role
from echo_app.tenants import api_keys, repository, sign_in
from echo_app.tenants import service as tenants
from echo_app.tenants.access import hash_password

MATERIAL = Path(__file__).resolve().parents[1] / "demo"
COMPANY = "Fjordkettle"
OWNER = "mira"
GREETING = "Hello! Ask me anything about our kettles, orders and returns."
FINISHED = "demo.create"

log = structlog.get_logger(__name__)


async def seed_demo(settings: Settings) -> None:
    """Makes the demo tenant where there is none, and `demo.json` (mode 600) with what a script needs to use it."""
    composition.put_providers(settings)
    await db.open_engine(db.app_url(settings), pool_size=2)
    try:
        facts = _kept_facts(settings)
        if facts is None or not await _still_there(facts):
            facts = await _make()
        _keep_facts(settings, {**facts, "url": settings.public_url})
    finally:
        await db.close_engine()


async def _make() -> dict[str, str]:
    material = _material()
    people = material["agents"]
    password = secrets.token_urlsafe(12)
    owner = await _finished_owner(people[OWNER]["email"])
    if owner is not None:
        # Another data folder made it: this one gets a login and a key of its own.
        api_key = await _new_login(owner, password)
    else:
        owner, api_key = await _sign_up(people[OWNER], password)
        agents = {OWNER: owner}
        for key, person in people.items():
            if key != OWNER:
                agents[key] = await _add_agent(owner, person)
        documents = await _add_documents(owner)
        await insert_conversations(material["conversations"], owner, agents, documents)
        async with db.transaction(owner) as tx:
            await audit.record(tx, owner, FINISHED)
    return {
        "tenantId": encode("ten", owner.tenant_id),
        "apiKey": api_key,
        "email": people[OWNER]["email"],
        "password": password,
    }


async def _finished_owner(email: str) -> Actor | None:
    """The owner of a demo tenant that is complete; one that was interrupted is removed."""
    async with db.before_tenant() as tx:
        user_id = await repository.find_user_id(tx, email)
        if user_id is None:
            return None
        await db.rescope(tx, tenant_id=None, user_id=user_id)
        user = await repository.find_user(tx, user_id)
        memberships = await repository.list_memberships(tx, user_id)
        assert user is not None
        owner = Actor(memberships[0].tenant_id, "user", user_id, Role.OWNER, user.name)
        await db.rescope(tx, tenant_id=owner.tenant_id, user_id=user_id)
        if await audit.was_done(tx, owner, FINISHED):
            return owner
        people = [member.user_id for member, _ in await repository.list_members(tx, owner.tenant_id)]
        await tx.execute(delete(User).where(User.id.in_(people)))  # type: ignore[attr-defined]
        await tx.execute(delete(Tenant).where(Tenant.id == owner.tenant_id))  # type: ignore[arg-type]
    log.warning("demo.removed_unfinished")
    return None


async def _new_login(owner: Actor, password: str) -> str:
    async with db.transaction(owner) as tx:
        assert owner.id is not None
        user = await repository.find_user(tx, owner.id)
        assert user is not None
        user.password_hash = hash_password(password)
        key = await tenants.issue_api_key(tx, owner, "Demo")
    return key.token


async def _sign_up(person: dict[str, str], password: str) -> tuple[Actor, str]:
    signed_up = await sign_in.sign_up(COMPANY, person["name"], person["email"], password, with_key=True)
    owner = Actor(signed_up.tenant_id, "user", signed_up.user_id, Role.OWNER, person["name"])
    async with db.transaction(owner) as tx:
        await tenants.change_assistant(tx, owner, name="Echo", greeting=GREETING, model="extractive")
    assert signed_up.api_key is not None
    return owner, signed_up.api_key


async def _add_agent(owner: Actor, person: dict[str, str]) -> Actor:
    user = User(
        id=new_id(),
        email=person["email"],
        name=person["name"],
        password_hash=hash_password(secrets.token_urlsafe(24)),
    )
    # A member of another tenant could not be seen here, but the demo's people are the demo's alone.
    async with db.transaction(Actor(owner.tenant_id, "user", user.id, Role.AGENT, user.name)) as tx:
        member = Member(tenant_id=owner.tenant_id, user_id=user.id, role=Role.AGENT)
        await repository.insert(tx, owner.tenant_id, user, member)
    return Actor(owner.tenant_id, "user", user.id, Role.AGENT, user.name)


async def _add_documents(owner: Actor) -> dict[str, UUID]:
    """Every document by its file name, read and searchable before anything is served."""
    documents: dict[str, UUID] = {}
    paths = [*(MATERIAL / "documents").glob("*.md"), *(MATERIAL / "documents").glob("*.pdf")]
    for path in sorted(paths):
        async with db.transaction(owner) as tx:
            document = await knowledge.add_document(
                tx, owner, title=_title(path), content=path.read_bytes(), filename=path.name
            )
        documents[path.name] = document.id
        await _read_in(owner, document.id)
    return documents


async def _read_in(owner: Actor, document_id: UUID) -> None:
    """What the job `document.ingest` does; that job then finds nothing left to do."""
    async with db.transaction(owner) as tx:
        work = await ingestion.begin(tx, owner, document_id)
    assert work is not None
    content = await ingestion.read(work)
    async with db.transaction(owner) as tx:
        await ingestion.finish(tx, owner, work, content)


def _material() -> dict[str, Any]:
    described: dict[str, Any] = json.loads((MATERIAL / "conversations.json").read_text())
    return described


def _title(path: Path) -> str:
    if path.suffix == ".md":
        return path.read_text().lstrip("# ").split("\n", 1)[0].strip()
    return path.stem.replace("-", " ").capitalize()


def _kept_facts(settings: Settings) -> dict[str, str] | None:
    path = settings.data_dir / "demo.json"
    return json.loads(path.read_text()) if path.exists() else None


async def _still_there(facts: dict[str, Any]) -> bool:
    return await api_keys.find_api_key(facts["apiKey"]) is not None


def _keep_facts(settings: Settings, facts: dict[str, str]) -> None:
    path = settings.data_dir / "demo.json"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".json.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        order = ("url", "tenantId", "apiKey", "email", "password")
        json.dump({name: facts[name] for name in order}, file, indent=2)
    fresh.replace(path)
