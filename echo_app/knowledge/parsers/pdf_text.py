"""A PDF's text, page by page, by PDFium: see docs/decisions/0006 for why not by pypdf."""

from collections.abc import Iterator

import pypdfium2 as pdfium

from echo_app.knowledge.errors import PdfDamaged, PdfEncrypted, PdfTooManyPages, PdfWithoutText

MOST_PAGES = 10_000
# FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY (fpdfview.h).
_LOCKED = (4, 5)


def page_texts(content: bytes) -> Iterator[tuple[int, int, str]]:
    """(the page's number from 1, how many there are, its text with lines parted by newlines) of each page.

    A page that cannot be read is empty, as long as there are others. Raises PdfEncrypted, PdfDamaged,
    PdfTooManyPages, and PdfWithoutText when no page holds a letter or number.
    """
    document = _opened(content)
    try:
        total = len(document)
        if total > MOST_PAGES:
            raise PdfTooManyPages(pages=total, limit=MOST_PAGES)
        unreadable, written = 0, False
        for number in range(total):
            text = _page_text(document, number)
            unreadable += text is None
            written = written or any(character.isalnum() for character in text or "")
            yield number + 1, total, text or ""
        if unreadable == total:
            raise PdfDamaged()
        if not written:
            raise PdfWithoutText()
    finally:
        document.close()


def _opened(content: bytes) -> pdfium.PdfDocument:
    try:
        # Many PDFs are encrypted with an empty password, only to forbid editing: PDFium reads those by itself.
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError as wrong:
        raise (PdfEncrypted() if getattr(wrong, "err_code", None) in _LOCKED else PdfDamaged()) from wrong


def _page_text(document: pdfium.PdfDocument, number: int) -> str | None:
    try:
        page = document[number]
        text_page = page.get_textpage()
        try:
            return str(text_page.get_text_range())
        finally:
            text_page.close()
            page.close()
    except pdfium.PdfiumError:
        return None
