"""A Word document (.docx) as Markdown: its headings, lists and tables, by mammoth."""

import io
from typing import Any
from xml.parsers.expat import ExpatError

import mammoth

from echo_app.knowledge.errors import DocxDamaged
from echo_app.knowledge.html_text import markdown_of
from echo_app.knowledge.parsers.zip_guard import opened, unpacked

# The text of a document: a part that unpacks to more is no letter that a person wrote.
LARGEST_PART = 60_000_000
_TEXT_PARTS = (".xml", ".rels")


def markdown_of_docx(content: bytes) -> str:
    """Raises DocxDamaged, ArchiveEncrypted or ArchiveTooDemanding."""
    # Weighed once before mammoth unpacks it again: sizes stated in a ZIP may be lies.
    archive = opened(content, damaged=DocxDamaged)
    for member in archive.infolist():
        if member.filename.lower().endswith(_TEXT_PARTS):
            unpacked(archive, member, LARGEST_PART, damaged=DocxDamaged)
    try:
        html = mammoth.convert_to_html(
            io.BytesIO(content),
            convert_image=mammoth.images.img_element(_no_picture),
            ignore_empty_paragraphs=True,
            external_file_access=False,
        ).value
    except (
        ExpatError,
        KeyError,
        ValueError,
        AttributeError,
        IndexError,
        TypeError,
        OSError,
        RecursionError,
    ) as broken:
        # What mammoth raises for a broken file is whatever it stumbled over.
        raise DocxDamaged() from broken
    return markdown_of(html)


def _no_picture(image: Any) -> dict[str, str]:
    return {"src": ""}
