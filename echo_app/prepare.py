"""What must be true before anything serves: the tables are this version's, and the demo tenant is there."""

import asyncio

from echo_app import migrations
from echo_app.settings import settings


def prepare() -> None:
    """Migrates, and makes the demo tenant where there should be one. Any number of times, from any process."""
    migrations.upgrade()
    if settings().makes_demo:
        from echo_app.demo_seed import seed_demo

        asyncio.run(seed_demo(settings()))
