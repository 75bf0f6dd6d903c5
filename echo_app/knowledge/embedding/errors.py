"""What may be wrong with a tenant's embedder, each with what to do about it."""

from echo_app.errors import Conflict, EchoError, Invalid


class EmbedderNotOffered(Invalid):
    """There is no embedder of this name here. `GET /api/v1/embeddings` lists those there are."""


class EmbedderNotReady(Invalid):
    """This embedder needs a setting of the installation first."""


class EmbedderAway(EchoError):
    """The documents' embedder refuses to work. Check its key, or choose another embedder."""

    status = 503


class SpacesChanged(Conflict):
    """The tenant's embedder changed while a document was read. Reading it again is enough."""
