"""What /knowledge/sources knows, and what can be done to a source: the list's page and each source's own share it."""

from contextlib import aclosing
from typing import Any, Literal
from urllib.parse import urlsplit

import reflex as rx

from echo_app import db
from echo_app.errors import EchoError, Invalid, Unavailable
from echo_app.kit.ids import encode
from echo_app.knowledge.sources import service as sources
from echo_app.knowledge.sources.errors import (
    SourceNameMissing,
    WebsiteAddressInvalid,
    WebsiteAddressMissing,
    WebsiteFilterInvalid,
)
from echo_app.knowledge.sources.schemas import Audience, SourceChanges, SourceRow
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.feedback import done
from echo_app.ui.knowledge.frame import FrameState
from echo_app.ui.knowledge.source_rows import NO_SOURCE, SourceLine, source_line, website_of
from echo_app.ui.session import deed, failure_of, path_of, read_id

_FIELDS: dict[type[EchoError], str] = {
    SourceNameMissing: "name",
    WebsiteAddressMissing: "start_url",
    WebsiteAddressInvalid: "start_url",
    WebsiteFilterInvalid: "include",
}
_API_FIELDS = {"maxPages": "max_pages", "maxDepth": "max_depth", "everyHours": "every_hours"}


class SourcesState(FrameState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""
    lines: list[SourceLine] = []
    shown: SourceLine = NO_SOURCE
    # what is wrong with a form, by field
    wrong: dict[str, str] = {}
    # the form is made anew with what is stored when this changes
    revision: int = 0
    asking: bool = False

    @deed
    async def opened(self, actor: Actor) -> None:
        """On every visit, of the list and of one source."""
        self.wrong, self.asking = {}, False
        try:
            self._show(*await self._read(actor))
            self.load_error = self.load_code = ""
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.shown = NO_SOURCE
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True
        self.revision += 1

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """Crawls go on, documents are read, while somebody looks."""
        async with aclosing(live.bursts(self, actor, gap=0.4)) as bursts:
            async for burst in bursts:
                if not any(news.kind in ("source", "document", "resync") for news in burst):
                    continue
                try:
                    read = await self._read(actor)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self._show(*read)

    @deed
    async def switched(self, actor: Actor, source_id: str, on: bool) -> Any:
        await self._change(actor, source_id, {"enabled": on})
        words = "On: answers come from it again." if on else "Off: nothing of it is found any more."
        return done(words, undo=SourcesState.switched(source_id, not on))

    @deed
    async def language_chosen(self, actor: Actor, source_id: str, language: str) -> Any:
        before = await self._change(actor, source_id, {"language": language or None})
        return done(
            "Language changed. Its documents are read again.",
            undo=SourcesState.language_chosen(source_id, before.language or ""),
        )

    @deed
    async def audience_chosen(self, actor: Actor, source_id: str, audience: Audience) -> Any:
        before = await self._change(actor, source_id, {"audience": audience})
        words = "Anybody may find it." if audience == "public" else "Only signed-in contacts find it."
        return done(words, undo=SourcesState.audience_chosen(source_id, before.audience))

    @deed
    async def crawl_clicked(self, actor: Actor, source_id: str) -> Any:
        async with db.transaction(actor) as tx:
            await sources.start_crawl(tx, actor, read_id("src", source_id))
        self._show(*await self._read(actor))
        return done("Crawling. It goes on when you leave the page.")

    @deed
    async def cancel_clicked(self, actor: Actor, source_id: str) -> Any:
        async with db.transaction(actor) as tx:
            await sources.cancel_crawl(tx, actor, read_id("src", source_id))
        self._show(*await self._read(actor))
        return done("Crawl cancelled. The pages that were read stay.")

    @deed
    async def website_added(self, actor: Actor, form: dict[str, str]) -> Any:
        self.wrong = {}
        try:
            website = website_of(form)
            address = website.start_url or website.sitemap_url or ""
            name = form.get("name", "").strip() or _host(address)
            async with db.transaction(actor) as tx:
                source = await sources.create_source(
                    tx,
                    actor,
                    kind="website",
                    name=name,
                    language=form.get("language") or None,
                    audience="contacts" if form.get("audience") == "contacts" else "public",
                    website=website,
                )
        except (ValueError, EchoError) as wrong:
            self.wrong = _wrong(wrong)
            return None
        return [
            rx.redirect(f"/knowledge/sources/{encode('src', source.id)}"),
            done("Website added. Crawling."),
        ]

    @deed
    async def saved(self, actor: Actor, form: dict[str, str]) -> Any:
        """The name, and a website's settings, of the source that the address names."""
        self.wrong = {}
        source_id = self._asked()
        try:
            changes: SourceChanges = {"name": form.get("name", "")}
            if "start_url" in form:
                changes["website"] = website_of(form)
            async with db.transaction(actor) as tx:
                await sources.update_source(tx, actor, source_id, changes)
        except (ValueError, EchoError) as wrong:
            self.wrong = _wrong(wrong)
            return None
        self._show(*await self._read(actor))
        self.revision += 1
        return done("Saved.")

    @deed
    async def delete_clicked(self, actor: Actor) -> None:
        """Asks first."""
        self.asking = True

    @deed
    async def asking_changed(self, actor: Actor, shown: bool) -> None:
        self.asking = shown

    @deed
    async def delete_confirmed(self, actor: Actor) -> Any:
        self.asking = False
        async with db.transaction(actor) as tx:
            await sources.delete_source(tx, actor, self._asked())
        return [rx.redirect("/knowledge/sources"), done("Source deleted.")]

    async def _change(self, actor: Actor, source_id: str, changes: SourceChanges) -> SourceRow:
        """Gives the source as it was before."""
        async with db.transaction(actor) as tx:
            before = await sources.get_source(tx, actor, read_id("src", source_id))
            await sources.update_source(tx, actor, before.id, changes)
        self._show(*await self._read(actor))
        return before

    async def _read(self, actor: Actor) -> tuple[list[SourceLine], SourceLine]:
        """All sources, and the one that the address names."""
        place = _place(path_of(self))
        async with db.read_only(actor) as tx:
            rows = await sources.list_sources(tx, actor)
            one = await sources.get_source(tx, actor, self._asked()) if place == "one" else None
        return [source_line(row) for row in rows], source_line(one) if one else NO_SOURCE

    def _show(self, lines: list[SourceLine], shown: SourceLine) -> None:
        self.lines, self.shown = lines, shown

    def _asked(self) -> Any:
        return read_id("src", self.router.url.path.rstrip("/").rpartition("/")[2])


def _place(path: str) -> Literal["list", "one"]:
    last = urlsplit(path).path.rstrip("/").rpartition("/")[2]
    return "list" if last in ("sources", "new", "knowledge") else "one"


def _host(address: str) -> str:
    return (urlsplit(address if "://" in address else f"https://{address}").hostname or "")[:100]


def _wrong(wrong: Exception) -> dict[str, str]:
    """What a form's field says. Raises it again when no field is to blame."""
    if isinstance(wrong, EchoError):
        name = _FIELDS.get(type(wrong)) or _API_FIELDS.get(str(wrong.details.get("field")))
        if name is None:
            raise wrong
        return {name: _range_words(wrong) if isinstance(wrong, Invalid) else wrong.message}
    return {str(wrong): "Write a whole number."}


def _range_words(wrong: Invalid) -> str:
    """`Must be between 1 and 10000.` for the API's `maxPages must be …`."""
    field = str(wrong.details.get("field", ""))
    return wrong.message.replace(f"{field} must", "Must") if field else wrong.message
