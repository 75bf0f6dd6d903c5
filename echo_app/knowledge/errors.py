"""What may be wrong with a document, each with what to do about it."""

from echo_app.errors import Conflict, EchoError, Invalid, NotFound, TooLarge


class DocumentNotFound(NotFound):
    """This document does not exist or was deleted."""


class DocumentTooLarge(TooLarge):
    """The file is larger than 25 MB. Split it, or leave out its images."""


class DocumentEmpty(Invalid):
    """The document is empty. Add some text and upload it again."""


class DocumentTitleMissing(Invalid):
    """Give the document a title of at most 300 characters."""


class DocumentUrlInvalid(Invalid):
    """The document's address must begin with http:// or https://."""


class DocumentTypeUnsupported(Invalid):
    """This kind of file is not read. Upload Markdown (.md), plain text (.txt), HTML or PDF."""

    status = 415


class DocumentBinary(Invalid):
    """The file holds binary data, not text. Upload Markdown, plain text, HTML or PDF."""


class DocumentNotUtf8(Invalid):
    """The text is not encoded as UTF-8. Save it as UTF-8 and upload it again."""


class DocumentTooLong(Invalid):
    """The document holds more than ten million characters of text. Split it into smaller parts."""


class PdfEncrypted(Invalid):
    """The PDF is protected by a password. Save a copy without the password and upload that."""


class PdfDamaged(Invalid):
    """The PDF is damaged and cannot be read. Open it, save it as a new PDF, and upload that."""


class PdfWithoutText(Invalid):
    """The PDF holds no text, only pictures of pages. Run text recognition (OCR) on it and upload the result."""


class PdfTooManyPages(Invalid):
    """The PDF has more than 2,000 pages. Split it and upload the parts."""


class DocumentTooSlow(Invalid):
    """Reading the document took more than a minute. Split it, or save it as a simpler file."""


class DocumentTooDemanding(Invalid):
    """Reading the document took more memory than is allowed. Split it, or save it as a simpler file."""


class DocumentNotFailed(Conflict):
    """Only a document that failed can be tried again."""


class IngestionFailed(EchoError):
    """The document could not be taken in because of a fault on our side. Try again."""
