"""The job queue: Procrastinate on the same Postgres.

A job is deferred by name inside the caller's transaction: it exists if and only if that transaction commits.
Queues: `live` (replies, taken by web for the shortest way and by the worker for what web did not take),
`ingest` and `upkeep` (the worker's). Arguments are ids, never texts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate.jobs import DeleteJobCondition
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.errors import EchoError
from echo_app.kit.statements import driver
from echo_app.realtime import bus

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 1.0
# A worker silent this long is dead: its jobs are given to another.
STALLED_SECONDS = 5.0
SWEEP_SECONDS = 2.0

app = procrastinate.App(connector=PsycopgConnector())

_pool: AsyncConnectionPool | None = None


def task(name: str, *, queue: str, retries: int = 5) -> Callable[[Callable[..., Any]], Any]:
    """Registers a job. A failure is tried again after a second, `retries` times: while one of them waits, the
    others of its lock wait too, so a growing pause would hold up a whole conversation."""
    return app.task(
        name=name,
        queue=queue,
        retry=procrastinate.RetryStrategy(max_attempts=retries, wait=1),
        pass_context=True,
        task_middleware=[_tell_failures],
    )


async def _tell_failures(
    run: Callable[[], Awaitable[Any]], context: procrastinate.JobContext, worker: Any
) -> Any:
    """Logs each try that failed; Procrastinate itself tells only of the last one."""
    del worker
    try:
        return await run()
    except EchoError as known:
        log.warning(
            "jobs.failed",
            task=context.job.task_name,
            job=context.job.id,
            tries=context.job.attempts,
            code=known.code,
        )
        raise
    except Exception:
        log.exception(
            "jobs.failed", task=context.job.task_name, job=context.job.id, tries=context.job.attempts
        )
        raise


async def defer(session: AsyncSession, name: str, *, queue: str, lock: str, **arguments: Any) -> None:
    """Defers the job of that name when the caller's transaction commits.

    Jobs of one `lock` run one after the other. `arguments` must be JSON.
    """
    task = app.configure_task(name, queue=queue, lock=lock, allow_unknown=True, connection=driver(session))
    await task.defer_async(**arguments)


async def open_queue(conninfo: str) -> None:
    """Connects the queue of this process, without waiting for the database."""
    global _pool
    _pool = AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=6,
        timeout=5,
        open=False,
        kwargs={"connect_timeout": 3, "application_name": "echo queue"},
        check=AsyncConnectionPool.check_connection,
    )
    await _pool.open(wait=False)
    connector = PsycopgConnector()
    app.connector = connector
    app.job_manager.connector = connector
    await app.open_async(_pool)


async def close_queue() -> None:
    """Closes what `open_queue` opened; the pool is ours, Procrastinate only borrows it."""
    global _pool
    if _pool is not None:
        await _pool.close()
        _pool = None


async def work(queues: list[str], *, concurrency: int, listen: bool) -> None:
    """Runs the jobs of these queues until cancelled, whatever happens to the database meanwhile.

    After a lost connection Procrastinate's worker goes on without its LISTEN, and slowly: it is started anew
    whenever the process's own LISTEN connection had to be made again.
    """
    while True:
        await bus.connected.wait()
        seen = bus.reconnections
        running = asyncio.create_task(
            app.run_worker_async(
                queues=queues,
                concurrency=concurrency,
                listen_notify=listen,
                fetch_job_polling_interval=1.0 if not listen else 2.0,
                install_signal_handlers=False,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=60.0,
                shutdown_graceful_timeout=5.0,
            )
        )
        try:
            while not running.done() and bus.reconnections == seen:
                await asyncio.wait({running}, timeout=0.25)
        finally:
            running.cancel()
            with suppress(
                asyncio.CancelledError,
                procrastinate.exceptions.ConnectorException,
                psycopg.Error,
            ):
                await running
        log.warning("jobs.worker_restarted", queues=queues)
        await asyncio.sleep(0.25)


async def sweep() -> None:
    """Gives the jobs of dead workers to the living, every two seconds, until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                if job.id is not None:
                    await app.job_manager.retry_job_by_id_async(job.id, retry_at=procrastinate.utils.utcnow())
                    log.warning("jobs.taken_over", task=job.task_name, job=job.id)
        except (procrastinate.exceptions.ConnectorException, psycopg.Error) as away:
            log.warning("jobs.sweep_failed", reason=type(away).__name__)
