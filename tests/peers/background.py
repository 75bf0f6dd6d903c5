"""A local peer: an ASGI application served on the loopback address by a thread of its own."""

import threading
import time
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette


class BackgroundServer:
    """Serves `app` while inside `with`; `port` is the one it got when it was 0."""

    port: int = 0
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def app(self) -> Starlette:
        raise NotImplementedError

    def __enter__(self) -> Self:
        config = uvicorn.Config(self.app, host="127.0.0.1", port=self.port, log_level="critical", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError(f"the {type(self).__name__} did not start")
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(5)
