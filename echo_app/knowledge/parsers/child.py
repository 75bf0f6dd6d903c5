"""A parser process: reads files on standard input one after the other, until it is closed.

Hostile files meet it, not the worker: it has no secrets in its environment, may write no file, keeps within a limit
of memory, and is ended from outside when it takes too long. See `wire.py` for what it says.
"""

import os
import resource
import signal
import sys
from dataclasses import asdict
from typing import BinaryIO

import markdown_it  # noqa: F401  (imported once, before the first file)
import pypdfium2  # noqa: F401

from echo_app.errors import EchoError
from echo_app.knowledge.errors import DocumentTooDemanding
from echo_app.knowledge.parsers import wire
from echo_app.knowledge.parsing import parts

# A parser whose parent died while it hung ends by itself after this much processor time for one file.
_PROCESSOR_SECONDS = 600


def main() -> None:
    """Serves until standard input ends."""
    # What a library prints must not stand between the frames.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 64)):
        resource.setrlimit(kind, (most, most))
    at_rest = _address_space()
    questions = sys.stdin.buffer
    while len(head := questions.read(wire.REQUEST.size)) == wire.REQUEST.size:
        task, length, memory = wire.asked(head)
        _limit(at_rest + memory)
        _answer(questions.read(length), task, answers)


def _answer(content: bytes, task: wire.Task, answers: BinaryIO) -> None:
    try:
        if task == "page":
            last = wire.frame(wire.PAGE, _page(content))
        else:
            for part in parts(content, task):
                answers.write(wire.frame(wire.PART, wire.of_part(part)))
                answers.flush()
            last = wire.frame(wire.DONE, None)
    except EchoError as refusal:
        last = wire.frame(wire.REFUSED, [refusal.code, refusal.details])
    except MemoryError:
        last = wire.frame(wire.REFUSED, [DocumentTooDemanding.code, {}])
    answers.write(last)
    answers.flush()


def _page(content: bytes) -> dict[str, object]:
    # Only a process that meets a page takes the memory of what reads it.
    from echo_app.knowledge.crawling.extraction import read_page

    return asdict(read_page(*wire.to_html(content)))


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + _PROCESSOR_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def _address_space() -> int:
    """The bytes this process has mapped; most of them are libraries, not memory that is used."""
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main()
