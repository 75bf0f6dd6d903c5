"""What /settings knows, and its deeds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from echo_app import db
from echo_app.errors import EchoError
from echo_app.kit.ids import encode
from echo_app.settings import settings
from echo_app.tenancy import Actor
from echo_app.tenants import service as tenants
from echo_app.tenants.errors import ChangedMeanwhile, InvalidSite
from echo_app.tenants.schemas import AssistantView
from echo_app.ui.components.avatar import initials_of
from echo_app.ui.components.feedback import done
from echo_app.ui.session import SignedInState, deed, failure_of, read_id, toast_of
from echo_app.ui.settings.snippet import widget_snippet
from echo_app.ui.theme import avatar_colour


@dataclass(frozen=True)
class KeyRow:
    """An API key as the table shows it; times are ISO 8601, `used_at` empty when never."""

    id: str
    name: str
    last_four: str
    created_at: str
    used_at: str
    revoked: bool


@dataclass(frozen=True)
class MemberRow:
    id: str
    name: str
    email: str
    role: str
    initials: str
    colour: int
    since: str


class SettingsState(SignedInState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""

    snippet: str = ""
    company: str = ""
    sites: str = ""
    sites_error: str = ""

    assistant_name: str = ""
    greeting: str = ""
    model: str = ""
    openai_model: str = ""
    openai_ready: bool = False

    keys: list[KeyRow] = []
    members: list[MemberRow] = []
    # shown this once: gone with the dialog
    new_key: str = ""
    # forms are made anew with what is stored when this changes
    revision: int = 0

    @deed
    async def opened(self, actor: Actor) -> None:
        """Loads every section: they are small, and switching between them is instant then."""
        self.new_key = ""
        try:
            await self._load(actor)
            self.load_error = self.load_code = ""
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True

    @deed
    async def company_saved(self, actor: Actor, form: dict[str, str]) -> Any:
        async with db.transaction(actor) as tx:
            before = (await tenants.get_tenant(tx, actor)).name
            saved = (await tenants.rename_tenant(tx, actor, form.get("company", ""))).name
        self._show_company(saved)
        return done("Name saved.", undo=SettingsState.company_undone(saved, before))

    @deed
    async def company_undone(self, actor: Actor, saved: str, before: str) -> Any:
        """Back to `before`, unless somebody has changed `saved` since."""
        try:
            async with db.transaction(actor) as tx:
                tenant = await tenants.rename_tenant(tx, actor, before, instead_of=saved)
        except ChangedMeanwhile as wrong:
            return await self._show_what_stands(actor, wrong)
        self._show_company(tenant.name)
        return done("Undone.")

    @deed
    async def sites_saved(self, actor: Actor, form: dict[str, str]) -> Any:
        try:
            async with db.transaction(actor) as tx:
                before = (await tenants.get_tenant(tx, actor)).allowed_sites
                saved = (await tenants.allow_sites(tx, actor, form.get("sites", "").split())).allowed_sites
        except InvalidSite as wrong:
            site = wrong.details.get("site")
            self.sites_error = f"{site}: {wrong.message}" if site else wrong.message
            return None
        self._show_sites(saved)
        return done("Sites saved.", undo=SettingsState.sites_undone(saved, before))

    @deed
    async def sites_undone(self, actor: Actor, saved: list[str], before: list[str]) -> Any:
        """Back to `before`, unless somebody has changed `saved` since."""
        try:
            async with db.transaction(actor) as tx:
                tenant = await tenants.allow_sites(tx, actor, before, instead_of=saved)
        except ChangedMeanwhile as wrong:
            return await self._show_what_stands(actor, wrong)
        self._show_sites(tenant.allowed_sites)
        return done("Undone.")

    @deed
    async def assistant_saved(self, actor: Actor, form: dict[str, str]) -> Any:
        async with db.transaction(actor) as tx:
            before = await tenants.get_assistant(tx, actor)
            saved = await tenants.change_assistant(
                tx,
                actor,
                name=form.get("name", ""),
                greeting=form.get("greeting", ""),
                model=form.get("model", before.model),
            )
        self._show_assistant(saved)
        return done(
            "Assistant saved.",
            undo=SettingsState.assistant_undone(_assistant_form(saved), _assistant_form(before)),
        )

    @deed
    async def assistant_undone(self, actor: Actor, saved: dict[str, str], before: dict[str, str]) -> Any:
        """Back to `before`, unless somebody has changed `saved` since."""
        try:
            async with db.transaction(actor) as tx:
                now = await tenants.get_assistant(tx, actor)
                if _assistant_form(now) != saved:
                    raise ChangedMeanwhile()
                assistant = await tenants.change_assistant(
                    tx,
                    actor,
                    name=before.get("name", ""),
                    greeting=before.get("greeting", ""),
                    model=before.get("model", ""),
                    instead_of=now,
                )
        except ChangedMeanwhile as wrong:
            return await self._show_what_stands(actor, wrong)
        self._show_assistant(assistant)
        return done("Undone.")

    @deed
    async def key_created(self, actor: Actor, form: dict[str, str]) -> None:
        async with db.transaction(actor) as tx:
            self.new_key = (await tenants.create_api_key(tx, actor, form.get("key_name", ""))).token
        await self._load_keys(actor)

    @deed
    async def key_dialog_changed(self, actor: Actor, is_open: bool) -> None:
        if not is_open:
            self.new_key = ""

    @deed
    async def key_revoked(self, actor: Actor, key_id: str) -> Any:
        async with db.transaction(actor) as tx:
            await tenants.revoke_api_key(tx, actor, read_id("key", key_id))
        await self._load_keys(actor)
        return done("Key revoked.")

    async def _load(self, actor: Actor) -> None:
        async with db.read_only(actor) as tx:
            tenant = await tenants.get_tenant(tx, actor)
            assistant = await tenants.get_assistant(tx, actor)
            members = await tenants.list_members(tx, actor)
        self._show_company(tenant.name)
        self._show_sites(tenant.allowed_sites)
        self._show_assistant(assistant)
        self.openai_model, self.openai_ready = settings().openai_model, bool(settings().openai_api_key)
        self.snippet = widget_snippet(encode("ten", tenant.id), settings().widget_url)
        self.members = [
            MemberRow(
                id=(member_id := encode("usr", member.user_id)),
                name=member.name,
                email=member.email,
                role=member.role.value,
                initials=initials_of(member.name),
                colour=avatar_colour(member_id),
                since=member.created_at.isoformat(),
            )
            for member in members
        ]
        await self._load_keys(actor)

    async def _show_what_stands(self, actor: Actor, wrong: ChangedMeanwhile) -> Any:
        """The form shows what somebody else saved, and a toast why nothing was undone."""
        await self._load(actor)
        return toast_of(wrong)

    def _show_company(self, name: str) -> None:
        self.company = self.tenant_name = name
        self.revision += 1

    def _show_sites(self, sites: list[str]) -> None:
        self.sites, self.sites_error = "\n".join(sites), ""
        self.revision += 1

    def _show_assistant(self, assistant: AssistantView) -> None:
        self.assistant_name, self.greeting, self.model = assistant.name, assistant.greeting, assistant.model
        self.revision += 1

    async def _load_keys(self, actor: Actor) -> None:
        async with db.read_only(actor) as tx:
            keys = await tenants.list_api_keys(tx, actor)
        self.keys = [
            KeyRow(
                id=encode("key", key.id),
                name=key.name,
                last_four=key.last_four,
                created_at=key.created_at.isoformat(),
                used_at=_iso(key.last_used_at),
                revoked=key.revoked_at is not None,
            )
            for key in keys
        ]


def _assistant_form(assistant: AssistantView) -> dict[str, str]:
    return {"name": assistant.name, "greeting": assistant.greeting, "model": assistant.model}


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
