"""What a ZIP file may cost: counted, sized and weighed before and while it is unpacked.

The sizes a ZIP states may be lies, so what really comes out is counted too. Names are only ever shown or split,
never used as a path.
"""

import io
import zipfile
import zlib
from collections.abc import Callable

from echo_app.errors import EchoError
from echo_app.knowledge.errors import ArchiveDamaged, ArchiveEncrypted, ArchiveTooDemanding

MOST_MEMBERS = 2_000
MOST_UNPACKED = 100_000_000
# How many bytes may come out of one. Text packs ten to one; a bomb a thousand.
MOST_RATIO = 200
# Small files may pack better than any text: forms, empty tables.
RATIO_COUNTS_FROM = 1_000_000
_STEP = 65_536
_ENCRYPTED = 0x1

Refusal = Callable[[], EchoError]


def opened(content: bytes, damaged: Refusal = ArchiveDamaged) -> zipfile.ZipFile:
    """The archive, when what it states about itself is within limits.

    Raises what `damaged` makes, ArchiveEncrypted, or ArchiveTooDemanding.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as broken:
        raise damaged() from broken
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise ArchiveTooDemanding(members=len(members), limit=MOST_MEMBERS)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ArchiveEncrypted()
    stated = sum(member.file_size for member in members)
    if stated > MOST_UNPACKED or _is_bomb(len(content), stated):
        raise ArchiveTooDemanding(bytes=stated, limit=MOST_UNPACKED)
    return archive


def unpacked(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, damaged: Refusal = ArchiveDamaged
) -> bytes:
    """A member's bytes, `most` at most. Raises what `damaged` makes, or ArchiveTooDemanding."""
    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_STEP):
                size += len(piece)
                if size > most or _is_bomb(member.compress_size, size):
                    raise ArchiveTooDemanding(bytes=size, limit=most)
                pieces.append(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as broken:
        raise damaged() from broken
    return b"".join(pieces)


def _is_bomb(packed: int, unpacked_size: int) -> bool:
    return unpacked_size > RATIO_COUNTS_FROM and unpacked_size > packed * MOST_RATIO
