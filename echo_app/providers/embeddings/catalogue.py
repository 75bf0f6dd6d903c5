"""The embedders of this installation: which there are, what each needs, and the one of a given name.

Prices in micro-dollars per million tokens: vendors' list prices as `genai-prices` 0.2.3 has them (2026-11-23). Five
numbers of our own rather than that package: it takes 83 ms and 10 MB in every process, and its prices change with its
version, while what a tenant was charged must be explained by what stands here.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from echo_app.providers.embeddings.base import Embedder, EmbedderUnknown, Offer
from echo_app.providers.embeddings.local import DIMENSIONS, NAME, LocalEmbedder
from echo_app.providers.embeddings.vendor import Limits
from echo_app.settings import Settings

Vendor = Literal["local", "openai", "google", "compatible"]


@dataclass(frozen=True)
class _Model:
    """`longest_tokens` of one text. Vectors are shortened where that loses little (by the vendors' own figures):
    a search reads all of a small tenant's."""

    vendor: Vendor
    model: str
    dimensions: int
    price: int | None
    longest_tokens: int

    @property
    def name(self) -> str:
        return self.model if self.vendor == "local" else f"{self.vendor}:{self.model}"


_MODELS = (
    _Model("local", NAME, DIMENSIONS, 0, LocalEmbedder.longest_tokens),
    _Model("openai", "text-embedding-3-small", 1536, 20_000, 8_192),
    _Model("openai", "text-embedding-3-large", 1024, 130_000, 8_192),
    _Model("google", "gemini-embedding-001", 768, 150_000, 2_048),
    _Model("google", "gemini-embedding-2", 768, 200_000, 8_192),
)
_KEYS: dict[Vendor, str] = {"openai": "ECHO_OPENAI_API_KEY", "google": "ECHO_GOOGLE_API_KEY"}
_ADDRESS = "ECHO_EMBEDDINGS_BASE_URL"
# Servers of one's own take few texts at a time by default (32 for text-embeddings-inference).
_COMPATIBLE_TEXTS = 32
_COMPATIBLE_BYTES = 100_000


class Catalogue:
    """All embedders, by the settings of this installation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._models = {model.name: model for model in (*_MODELS, *_compatible(settings))}
        # Kept, so that connections are: by name and key.
        self._made: dict[tuple[str, str], Embedder] = {}

    def offers(self, tenant_id: UUID) -> list[Offer]:
        offers = [
            Offer(
                model.name,
                model.vendor,
                model.model,
                model.dimensions,
                model.price,
                None if self._key(model.vendor, tenant_id) is not None else _KEYS[model.vendor],
            )
            for model in self._models.values()
        ]
        if not self._settings.embeddings_base_url:
            offers.append(Offer("compatible", "compatible", "", 0, None, _ADDRESS))
        return offers

    def get(self, name: str, tenant_id: UUID) -> Embedder:
        model = self._models.get(name)
        key = self._key(model.vendor, tenant_id) if model else None
        if model is None or key is None:
            raise EmbedderUnknown(name)
        made = self._made.get((name, key))
        if made is None:
            made = self._made[name, key] = self._make(model, key)
        return made

    def _key(self, vendor: Vendor, tenant_id: UUID) -> str | None:
        """The key this tenant's calls to the vendor are made with; None when there is none."""
        del tenant_id  # the installation's keys serve all
        if vendor == "openai":
            return self._settings.openai_api_key
        if vendor == "google":
            return self._settings.google_api_key
        if vendor == "compatible":
            # Many servers of one's own ask for none, but the SDK wants one.
            return self._settings.embeddings_api_key or "none"
        return ""

    def _make(self, model: _Model, key: str) -> Embedder:
        name, dimensions, price = model.name, model.dimensions, model.price
        if model.vendor == "local":
            return LocalEmbedder()
        # A vendor's adapter imports its SDK: only who uses it pays for that.
        if model.vendor == "google":
            from echo_app.providers.embeddings import google

            return google.GoogleEmbedder(
                name,
                model.model,
                dimensions,
                api_key=key,
                base_url=self._settings.google_base_url,
                price=price,
                limits=Limits(google.LIMITS.texts, google.LIMITS.bytes, model.longest_tokens),
            )
        from echo_app.providers.embeddings import openai

        if model.vendor == "openai":
            return openai.OpenAIEmbedder(
                name,
                model.model,
                dimensions,
                api_key=key,
                base_url=self._settings.openai_base_url,
                price=price,
            )
        return openai.OpenAIEmbedder(
            name,
            model.model,
            dimensions,
            api_key=key,
            base_url=self._settings.embeddings_base_url,
            vendor="The embedding server",
            shortens=False,
            limits=Limits(_COMPATIBLE_TEXTS, _COMPATIBLE_BYTES, model.longest_tokens),
        )


def _compatible(settings: Settings) -> list[_Model]:
    if not settings.embeddings_base_url:
        return []
    return [
        _Model(
            "compatible",
            settings.embeddings_model,
            settings.embeddings_dimensions,
            None,
            settings.embeddings_longest_tokens,
        )
    ]
