"""What a file really is, by its bytes: an ending may say anything."""

import io
import re
import zipfile
from typing import Literal

from echo_app.knowledge.errors import (
    DocumentTypeUnsupported,
    OfficeEncrypted,
    OldWordFormat,
)
from echo_app.knowledge.parsers.decoding import decoded

Format = Literal["markdown", "text", "html", "csv", "pdf", "docx", "zip"]
FORMATS: tuple[Format, ...] = ("markdown", "text", "html", "csv", "pdf", "docx", "zip")

_PDF_MARK = b"%PDF-"
# A PDF may have some bytes before its mark (PDF 1.7, Adobe's implementation note 13).
_MARK_WITHIN = 1024
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
# Microsoft's compound file: Word up to 2003, and Word of today with a password.
_COMPOUND_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_HTML_MARK = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)


def format_found(content: bytes, promised: Format) -> Format:
    """The format of the bytes, which may be another than was promised.

    Raises DocumentTypeUnsupported, OfficeEncrypted, OldWordFormat, DocumentBinary, DocumentEncodingUnknown,
    DocumentEmpty.
    """
    if _PDF_MARK in content[:_MARK_WITHIN]:
        return "pdf"
    if content.startswith(_ZIP_MARKS):
        return _zipped(content)
    if content.startswith(_COMPOUND_MARK):
        raise OfficeEncrypted() if _ENCRYPTED_STREAM in content else OldWordFormat()
    if content.startswith(b"{\\rtf"):
        raise DocumentTypeUnsupported(format="rtf")
    text = decoded(content)
    if _HTML_MARK.match(text, 0, 2_000):
        return "html"
    return promised if promised in ("markdown", "text", "html", "csv") else "text"


def _zipped(content: bytes) -> Format:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        # Whoever reads it says that it is damaged.
        return "docx" if b"word/" in content[:4096] else "zip"
    if "word/document.xml" in names:
        return "docx"
    if "[Content_Types].xml" in names or "mimetype" in names:
        # Spreadsheets, slides, OpenDocument, EPUB: archives too, but nobody means their parts.
        raise DocumentTypeUnsupported(format="office")
    return "zip"
