"""Builds a space in a process of its own, to be killed: DATA_DIR SERVER TENANT SPACE."""

import asyncio
import os
import sys
from uuid import UUID


async def main(server: str, tenant: str, space: str) -> None:
    from echo_app import db
    from echo_app.knowledge.embedding import tasks
    from echo_app.providers.embeddings.base import embedders
    from echo_app.providers.embeddings.catalogue import Catalogue
    from echo_app.settings import settings
    from echo_app.tenancy import system
    from tests.peers.embedding_server import KEY

    found = settings().model_copy(
        update={
            "embeddings_base_url": server,
            "embeddings_api_key": KEY,
            "embeddings_model": "own",
            "embeddings_dimensions": 64,
        }
    )
    embedders.put(Catalogue(found))
    await db.open_engine(db.app_url(found))
    await tasks.build(system(UUID(tenant)), UUID(space))


if __name__ == "__main__":
    os.environ["ECHO_DATA_DIR"] = sys.argv[1]
    sys.path.insert(0, os.getcwd())
    asyncio.run(main(*sys.argv[2:]))
