"""The API alone on the socket whose file descriptor is the first argument, in a process of its own."""

import asyncio
import socket
import sys

import uvicorn

from echo_app import composition, db, realtime
from echo_app.api.application import create_api
from echo_app.settings import settings


async def serve(listener: socket.socket) -> None:
    composition.put_providers(settings())
    url = db.app_url(settings())
    await db.open_engine(url)
    await realtime.bus.open(db.conninfo(url))
    await uvicorn.Server(uvicorn.Config(create_api(), log_config=None, lifespan="off")).serve([listener])


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
