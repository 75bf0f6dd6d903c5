"""Print the HTML sources in documents/sources/ to the PDFs in documents/, the same bytes every time.

    .venv/bin/python demo/make_pdfs.py

Chromium is the one named by ECHO_CHROMIUM, else the first on the PATH. It stamps the time and a random id
into every PDF; both are replaced here, so that a PDF changes only when its source (or Chromium) does.
"""

import hashlib
import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject

DOCUMENTS = Path(__file__).parent / "documents"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    sources = sorted((DOCUMENTS / "sources").glob("*.html"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page()
        for source in sources:
            target = DOCUMENTS / f"{source.stem}.pdf"
            page.goto(source.as_uri())
            page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
            pages = fix_metadata(target, title=page.title(), seed=source.read_bytes())
            print(f"{target.name}: {pages} pages, {target.stat().st_size:,} bytes")
        browser.close()


def chromium() -> str:
    """The browser's path. Raises SystemExit with a hint when there is none."""
    found = os.environ.get("ECHO_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise SystemExit("No Chromium found: install it, or name one with ECHO_CHROMIUM=/path/to/chromium")
    return found


def fix_metadata(pdf: Path, *, title: str, seed: bytes) -> int:
    """Rewrite the PDF without time stamps and with an id made from `seed`; returns its page count."""
    writer = PdfWriter(clone_from=PdfReader(pdf))
    writer.metadata = {"/Title": title, "/Author": "Fjordkettle (an invented company)"}
    digest = ByteStringObject(hashlib.sha256(seed).digest()[:16])
    writer._ID = ArrayObject([digest, digest])
    writer.compress_identical_objects(remove_unreferenced=True)
    writer.write(pdf)
    return len(writer.pages)


if __name__ == "__main__":
    main()
