"""Bytes as text: UTF-8, or what else they are most likely encoded in; or a named refusal."""

import re

from echo_app.knowledge.errors import DocumentBinary, DocumentEmpty, DocumentEncodingUnknown

# A stray control character is left out; many of them are no text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MOST_STRAYS = 0.001
# chardet answers 0.1 when nothing fits; a guess below that is none.
_LEAST_CONFIDENCE = 0.1
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def decoded(content: bytes) -> str:
    """The text with plain line ends and without a byte-order mark.

    What is not UTF-8 is read in the encoding its letters speak for. Raises DocumentBinary,
    DocumentEncodingUnknown (too few letters to tell it by) or DocumentEmpty.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _guessed(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    strays = len(_CONTROLS.findall(text))
    if "\x00" in text or strays > len(text) * _MOST_STRAYS:
        raise DocumentBinary()
    text = _CONTROLS.sub("", text) if strays else text
    if not text.strip():
        raise DocumentEmpty()
    return text


def _guessed(content: bytes) -> str:
    # A zero byte stands in no text, except in encodings of two or four bytes that say so by their first ones.
    if b"\x00" in content[:8192] and not content.startswith(_WIDE_MARKS):
        raise DocumentBinary()
    # Imported only where it is needed: its tables take 10 MB.
    from chardet import EncodingEra, detect

    eras = EncodingEra.ALL & ~EncodingEra.MAINFRAME
    # A narrow encoding first: its wider relatives differ in letters (ISO 8859-2 and Windows-1250).
    for wider in (False, True):
        answer = detect(content, encoding_era=eras, prefer_superset=wider)
        encoding, confidence = answer["encoding"], answer["confidence"]
        if encoding is None:
            raise DocumentBinary()
        if confidence <= _LEAST_CONFIDENCE:
            break
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            # Only the beginning was looked at: the rest may hold what only the wider one has.
            continue
    raise DocumentEncodingUnknown()
