"""What a parser process and the one who asks it say to each other, over its standard input and output.

Asked: a head (number of the format, length of the file, limit of memory in bytes), then the file. Answered: any number
of frames, each a letter, a length and a JSON text: `p` a part, and at the end `d` done or `r` a refusal's code and
details. JSON, because whoever took over a parser must not be able to say more than words.
"""

import json
import struct
from typing import Any, Literal

from echo_app.knowledge.blocks import Block
from echo_app.knowledge.crawling.page import Page
from echo_app.knowledge.parsing import FORMATS, Format, Part

Task = Format | Literal["page"]
_TASKS: tuple[Task, ...] = (*FORMATS, "page")

REQUEST = struct.Struct(">BIQ")
FRAME = struct.Struct(">cI")
PART = b"p"
PAGE = b"w"
DONE = b"d"
REFUSED = b"r"
# A frame of some 50 pages, or the text of a whole document that has none, at four bytes and some quotes a character.
LONGEST_FRAME = 200_000_000


def request(content: bytes, task: Task, memory: int) -> bytes:
    return REQUEST.pack(_TASKS.index(task), len(content), memory)


def asked(head: bytes) -> tuple[Task, int, int]:
    """(format or `page`, length of the file, limit of memory in bytes)."""
    number, length, memory = REQUEST.unpack(head)
    return _TASKS[number], length, memory


def of_page(html: bytes, url: str, charset: str | None) -> bytes:
    """A page's HTML with what is known of it beside."""
    return json.dumps([url, charset]).encode() + b"\n" + html


def to_html(content: bytes) -> tuple[bytes, str, str | None]:
    """(HTML, address, charset)."""
    head, _, html = content.partition(b"\n")
    url, charset = json.loads(head)
    return html, url, charset


def to_page(value: Any) -> Page:
    """Raises TypeError for what no parser of ours says."""
    return Page(**value)


def frame(kind: bytes, value: object) -> bytes:
    packed = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return FRAME.pack(kind, len(packed)) + packed


def of_part(part: Part) -> list[object]:
    blocks = [(block.kind, block.start, block.end, block.level, block.title) for block in part.blocks]
    return [part.text, blocks, part.pages, part.done, part.total]


def to_part(value: list[Any]) -> Part:
    """Raises ValueError or TypeError for what no parser of ours says."""
    text, blocks, pages, done, total = value
    return Part(
        text,
        [Block(*block) for block in blocks],
        [(start, end) for start, end in pages] if pages is not None else None,
        int(done),
        int(total),
    )
