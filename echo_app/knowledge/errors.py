"""What may be wrong with a document, each with what to do about it."""

from echo_app.errors import Conflict, EchoError, Invalid, NotFound, TooLarge, Unavailable


class DocumentNotFound(NotFound):
    """This document does not exist or was deleted."""


class FindingNotFound(NotFound):
    """This finding does not exist any more, or was dismissed."""


class DocumentTooLarge(TooLarge):
    """The file is larger than 25 MB. Split it, or leave out its images."""


class DocumentEmpty(Invalid):
    """The document is empty. Add some text and upload it again."""


class DocumentTitleMissing(Invalid):
    """Give the document a title of at most 300 characters."""


class DocumentUrlInvalid(Invalid):
    """The document's address must begin with http:// or https://."""


class DocumentTypeUnsupported(Invalid):
    """This kind of file is not read. Upload Markdown, plain text, HTML, PDF, Word (.docx), CSV, or a ZIP of these."""

    status = 415


class DocumentBinary(Invalid):
    """The file holds binary data, not text. Upload Markdown, plain text, HTML, PDF, Word (.docx), CSV or a ZIP."""


class DocumentEncodingUnknown(Invalid):
    """How the text is encoded cannot be told. Save it as UTF-8 and upload it again."""


class DocxDamaged(Invalid):
    """The Word document is damaged and cannot be read. Open it, save it anew, and upload that."""


class OfficeEncrypted(Invalid):
    """The document is protected by a password. Save a copy without the password and upload that."""


class OldWordFormat(Invalid):
    """This is a file of an old Office version. Save it as Word document (.docx) or PDF and upload that."""

    status = 415


class ArchiveDamaged(Invalid):
    """The ZIP file is damaged and cannot be unpacked. Pack it anew, and upload that."""


class ArchiveEncrypted(Invalid):
    """The ZIP file is protected by a password. Pack it without one and upload that."""


class ArchiveTooDemanding(Invalid):
    """The ZIP file holds more than 2,000 files or unpacks to more than 100 MB. Upload it in parts."""


class ArchiveNested(Invalid):
    """A ZIP file within a ZIP file is not unpacked. Upload it by itself."""


class ArchiveWithoutDocuments(Invalid):
    """The ZIP file holds no files. Pack the documents into it and upload it again."""


class DocumentTooLong(Invalid):
    """The document holds more than twenty million characters of text. Split it into smaller parts."""


class PdfEncrypted(Invalid):
    """The PDF is protected by a password. Save a copy without the password and upload that."""


class PdfDamaged(Invalid):
    """The PDF is damaged and cannot be read. Open it, save it as a new PDF, and upload that."""


class PdfWithoutText(Invalid):
    """The PDF holds no text, only pictures of pages. Run text recognition (OCR) on it and upload the result."""


class PdfTooManyPages(Invalid):
    """The PDF has more than 10,000 pages. Split it and upload the parts."""


class DocumentTooSlow(Invalid):
    """Reading the document took more than a minute. Split it, or save it as a simpler file."""


class DocumentTooDemanding(Invalid):
    """Reading the document took more memory than is allowed. Split it, or save it as a simpler file."""


class DocumentNotFailed(Conflict):
    """Only a document that failed or was cancelled can be read again."""


class DocumentNotUnderWay(Conflict):
    """Only a document that waits or is being read can be cancelled."""


class DocumentNotAFile(Conflict):
    """Only an uploaded file can be replaced. Change a page on its website, and a snippet where it was written."""


class DocumentAlreadyThere(Conflict):
    """Another document holds the same bytes. Delete one of the two."""


class DocumentQuotaReached(Conflict):
    """There is no room for this file: the storage of this account is full. Delete documents, or ask for more."""


class DocumentAway(Unavailable):
    """The original cannot be fetched at the moment. Try again in a while."""


class IngestionFailed(EchoError):
    """The document could not be taken in because of a fault on our side. Try again."""
