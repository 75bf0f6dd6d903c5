"""Works off the queue `upkeep` in a process of its own, to be killed: DATA_DIR SERVER."""

import asyncio
import os
import sys


async def main(server: str) -> None:
    from echo_app import db, jobs, realtime
    from echo_app.knowledge.embedding import tasks
    from echo_app.providers.embeddings.base import embedders
    from echo_app.providers.embeddings.catalogue import Catalogue
    from echo_app.settings import settings
    from tests.peers.embedding_server import KEY

    assert tasks.reembed
    own = {"embeddings_base_url": server, "embeddings_api_key": KEY, "embeddings_model": "own"}
    embedders.put(Catalogue(settings().model_copy(update={**own, "embeddings_dimensions": 64})))
    url = db.app_url(settings())
    await db.open_engine(url)
    await realtime.bus.open(db.conninfo(url))
    await jobs.open_queue(db.conninfo(url))
    await jobs.work(["upkeep"], concurrency=1, listen=True)


if __name__ == "__main__":
    os.environ["ECHO_DATA_DIR"] = sys.argv[1]
    sys.path.insert(0, os.getcwd())
    asyncio.run(main(sys.argv[2]))
