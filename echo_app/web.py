"""The web process: the composed application behind uvicorn, on a socket that somebody else listens on.

uvicorn and not granian, Reflex's own choice, because it can leave per-message deflate away: a websocket then
costs about 30 kB instead of 130.
"""

import os
import socket

import uvicorn

from echo_app.api.waiting import waiters

# Far above the longest message, so that one that is too long gets an answer and not a closed socket.
_LARGEST_FRAME = 1_048_576
_SECONDS_FOR_OPEN_REQUESTS = 4


def compose() -> uvicorn.Config:
    """Imports and joins everything; opens no connection and starts no thread. Wants the built dashboard."""
    # Reflex: serve what is built, compile nothing.
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    os.environ["__REFLEX_MOUNT_FRONTEND_COMPILED_APP"] = "true"
    os.environ["REFLEX_ENV_MODE"] = "prod"
    from echo_app.echo_app import app

    config = uvicorn.Config(
        app(),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=_LARGEST_FRAME,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_FOR_OPEN_REQUESTS,
    )
    config.load()
    return config


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends what waits for news first: uvicorn waits for every request, and cuts off those that go on."""
        waiters.end()
        await super().shutdown(sockets)


def serve(config: uvicorn.Config, listener: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT."""
    _Server(config).run(sockets=[listener])
