"""Parsing in a process of its own.

A thread could be neither stopped nor kept from eating the memory, and pure-Python parsers hold the interpreter's
lock: a hostile file would hold up every socket and heartbeat. A child process is ended after `TIME_LIMIT` seconds,
may use `MEMORY_LIMIT` bytes, and takes nobody with it. Small texts are parsed in a thread: they take milliseconds.

The child reads the document's bytes on stdin (its format is the only argument) and writes one JSON object:
`{"parsed": …}` or `{"refused": CODE, "details": …}`.
"""

import asyncio
import json
import resource
import sys

from echo_app.errors import EchoError
from echo_app.knowledge import errors
from echo_app.knowledge.parsing import Format, Parsed, parse

TIME_LIMIT = 60.0
MEMORY_LIMIT = 1_500_000_000
SMALL = 200_000


async def parse_safely(content: bytes, format: Format, time_limit: float = TIME_LIMIT) -> Parsed:
    """Parses within limits of time and memory. Raises the refusals of `errors.py`, also DocumentTooSlow and
    DocumentTooDemanding; IngestionFailed when the child could not run at all."""
    if format != "pdf" and len(content) <= SMALL:
        return await asyncio.to_thread(parse, content, format)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "echo_app.knowledge.isolation",
        format,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        answer, _ = await asyncio.wait_for(child.communicate(content), time_limit)
    except TimeoutError as slow:
        raise errors.DocumentTooSlow() from slow
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or not answer:
        # Killed by the system for its memory or time, or crashed in a native part: the file is the cause.
        raise errors.DocumentTooDemanding()
    result = json.loads(answer)
    if "refused" in result:
        raise _REFUSALS[result["refused"]](**result["details"])
    return Parsed.from_json(result["parsed"])


_REFUSALS: dict[str, type[EchoError]] = {
    fact.code: fact
    for fact in vars(errors).values()
    if isinstance(fact, type) and issubclass(fact, EchoError) and fact.__module__ == errors.__name__
}


def main() -> None:
    """The child: see the top of this file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (int(TIME_LIMIT), int(TIME_LIMIT) + 5))
    format: Format = sys.argv[1]  # type: ignore[assignment]
    try:
        answer = {"parsed": parse(sys.stdin.buffer.read(), format).to_json()}
    except EchoError as refusal:
        answer = {"refused": refusal.code, "details": refusal.details}  # type: ignore[dict-item]
    except MemoryError:
        answer = {"refused": errors.DocumentTooDemanding.code, "details": {}}  # type: ignore[dict-item]
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
