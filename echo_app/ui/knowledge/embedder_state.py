"""What /knowledge/embedder knows: how passages and questions become vectors, and the change to another embedder."""

from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from echo_app import db
from echo_app.errors import EchoError, Unavailable
from echo_app.kit.clock import now
from echo_app.knowledge.embedding import service as embedding
from echo_app.knowledge.embedding.schemas import Change, EmbeddingView
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.feedback import done
from echo_app.ui.knowledge.frame import FrameState
from echo_app.ui.knowledge.words import counted, dollars, listed, time_left
from echo_app.ui.session import deed, failure_of

_VENDORS = {
    "local": "Echo itself",
    "openai": "OpenAI",
    "google": "Google",
    "compatible": "Any server that speaks OpenAI's API",
}
_TOLD_FROM = 0.02


@dataclass(frozen=True)
class OfferLine:
    """An embedder to choose. `needs` is the setting that is missing; `cost` what a change to it costs."""

    name: str = ""
    vendor: str = ""
    model: str = ""
    facts: str = ""
    cost: str = ""
    needs: str = ""
    current: bool = False
    changing: bool = False


@dataclass(frozen=True)
class ChangeLine:
    """Re-embedding under way, or where it stopped."""

    model: str = ""
    failed: bool = False
    share: int = 0
    progress: str = ""
    spent: str = ""
    trouble: str = ""
    code: str = ""


class EmbedderState(FrameState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""
    current: str = ""
    facts: str = ""
    month: str = ""
    offers: list[OfferLine] = []
    changing: bool = False
    change: ChangeLine = ChangeLine()
    asked: OfferLine = OfferLine()
    asking: bool = False

    @deed
    async def opened(self, actor: Actor) -> None:
        self.asking = False
        try:
            self._show(await _read(actor))
            self.load_error = self.load_code = ""
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """Re-embedding goes on while somebody looks."""
        async with aclosing(live.bursts(self, actor, gap=0.4)) as bursts:
            async for burst in bursts:
                if not any(news.kind in ("embeddings", "resync") for news in burst):
                    continue
                try:
                    view = await _read(actor)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self._show(view)

    @deed
    async def choose_clicked(self, actor: Actor, embedder: str) -> None:
        """Asks first, naming what it costs."""
        self.asked = next((offer for offer in self.offers if offer.name == embedder), OfferLine())
        self.asking = self.asked.name != ""

    @deed
    async def asking_changed(self, actor: Actor, shown: bool) -> None:
        self.asking = shown

    @deed
    async def choice_confirmed(self, actor: Actor, embedder: str) -> Any:
        """Begins the change, or goes on with one that failed."""
        self.asking = False
        async with db.transaction(actor) as tx:
            view = await embedding.choose_embedder(tx, actor, embedder)
        self._show(view)
        return done("Changing the embedder. Searches go on with the old one meanwhile.")

    @deed
    async def cancel_clicked(self, actor: Actor) -> Any:
        """Calls the change off: the present embedder is chosen again."""
        async with db.transaction(actor) as tx:
            present = (await embedding.get_embedding(tx, actor)).embedder
            view = await embedding.choose_embedder(tx, actor, present)
        self._show(view)
        return done("Cancelled. The embedder stays as it was.")

    def _show(self, view: EmbeddingView) -> None:
        self.current = _model(view.embedder)
        self.facts = f"{view.dimensions:,} dimensions · {counted(view.passages, 'passage')}"
        tokens = f" for {view.month.tokens:,} tokens" if view.month.tokens else ""
        self.month = f"{dollars(view.month.cost_micro_dollars)}{tokens}"
        self.offers = offer_lines(view)
        self.changing = view.change is not None
        self.change = change_line(view.change, now()) if view.change else ChangeLine()


def offer_lines(view: EmbeddingView) -> list[OfferLine]:
    return [
        OfferLine(
            name=offer.name,
            vendor=_VENDORS.get(offer.vendor, offer.vendor),
            model=offer.model or "A model of your own",
            facts=listed(
                [f"{offer.dimensions:,} dimensions" if offer.dimensions else "", _price(offer.price)]
            ),
            cost=_cost(offer.price, view.tokens),
            needs=offer.needs or "",
            current=offer.name == view.embedder,
            changing=view.change is not None and view.change.embedder == offer.name,
        )
        for offer in view.offers
    ]


def change_line(change: Change, at: datetime) -> ChangeLine:
    share = change.done / change.total if change.total else 0.0
    left = None
    if change.state == "building" and share >= _TOLD_FROM:
        left = (at - change.started_at).total_seconds() * (1 - share) / share
    return ChangeLine(
        model=_model(change.embedder),
        failed=change.state == "failed",
        share=round(100 * share),
        progress=listed([f"{change.done:,} of {counted(change.total, 'passage')}", time_left(left)], ", "),
        spent=dollars(change.cost_micro_dollars),
        trouble=change.error or "",
        code=change.error_code or "",
    )


async def _read(actor: Actor) -> EmbeddingView:
    async with db.read_only(actor) as tx:
        return await embedding.get_embedding(tx, actor)


def _model(name: str) -> str:
    return name.partition(":")[2] or name


def _price(price: int | None) -> str:
    if price is None:
        return "price not known here"
    return f"${price / 1_000_000:,.2f} for a million tokens" if price else "no cost"


def _cost(price: int | None, tokens: int) -> str:
    if price == 0:
        return "It costs nothing"
    paid_for = f"for about {counted(tokens, 'token')}"
    if price is None:
        return f"Its price is not known here; it is paid {paid_for}"
    return f"It costs {dollars(tokens * price // 1_000_000)} {paid_for}"
