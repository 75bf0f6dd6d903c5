"""The demo tenant's files agree: what is quoted stands in its document, what is asked can be found."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

DEMO = Path(__file__).parents[2] / "demo"
MARKDOWN = sorted((DEMO / "documents").glob("*.md"))
PDFS = sorted((DEMO / "documents").glob("*.pdf"))


def read_json(name: str) -> Any:
    return json.loads((DEMO / name).read_text(encoding="utf-8"))


def text_of(document: str) -> str:
    """The document's text with runs of white space as one blank, as PDFs break lines anywhere."""
    path = DEMO / "documents" / document
    if path.suffix == ".pdf":
        text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    else:
        text = path.read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", text)


CONVERSATIONS = read_json("conversations.json")
QUESTIONS = read_json("questions.json")
TIMELINES = [pytest.param(one["timeline"], id=one["key"]) for one in CONVERSATIONS["conversations"]]


class TestDocuments:
    @pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.name)
    def test_an_article_has_one_title_and_some_substance(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# ") and len(re.findall(r"^# ", text, re.MULTILINE)) == 1
        assert 150 <= len(text.split()) <= 500

    @pytest.mark.parametrize("path", PDFS, ids=lambda path: path.name)
    def test_a_pdf_has_pages_with_text_and_is_small(self, path: Path) -> None:
        pages = PdfReader(path).pages
        assert len(pages) >= 2
        assert all(len(page.extract_text()) > 200 for page in pages)
        assert path.stat().st_size < 300_000

    def test_there_are_as_many_as_promised(self) -> None:
        assert len(MARKDOWN) >= 12 and len(PDFS) >= 2

    @pytest.mark.parametrize("path", [*MARKDOWN, *PDFS], ids=lambda path: path.name)
    def test_addresses_and_phone_numbers_are_invented(self, path: Path) -> None:
        text = text_of(path.name)
        assert all(address.endswith(".example") for address in re.findall(r"[\w.]+@[\w.-]+\w", text))
        assert set(re.findall(r"\+\d[\d ]{7,}\d", text)) <= {"+44 20 7946 0127", "+49 30 23125 127"}


class TestConversations:
    @pytest.mark.parametrize("timeline", TIMELINES)
    def test_every_citation_is_marked_and_quotes_its_document(self, timeline: list[dict[str, Any]]) -> None:
        for entry in timeline:
            citations = entry.get("citations", [])
            marks = sorted({int(mark) for mark in re.findall(r"\[(\d+)\]", entry.get("content", ""))})
            assert marks == list(range(1, len(citations) + 1))
            for citation in citations:
                assert citation["quote"] in text_of(citation["document"])

    @pytest.mark.parametrize("timeline", TIMELINES)
    def test_time_runs_forward(self, timeline: list[dict[str, Any]]) -> None:
        ages = [entry["minutesAgo"] for entry in timeline]
        assert ages == sorted(ages, reverse=True)

    @pytest.mark.parametrize("conversation", CONVERSATIONS["conversations"], ids=lambda one: one["key"])
    def test_the_timeline_leads_to_the_handler_and_status(self, conversation: dict[str, Any]) -> None:
        handler, status, waiting = "assistant", "open", 0
        for entry in conversation["timeline"]:
            if entry.get("author") == "contact":
                waiting += handler == "assistant"
            elif entry.get("author") == "assistant":
                assert handler == "assistant" and waiting
                handler, waiting = "queue" if "escalation" in entry else handler, 0
            elif entry.get("author") == "agent":
                assert handler == "agent"
            elif entry["deed"] == "resolve":
                status = "resolved"
            else:
                handler = {"take_over": "agent", "hand_back": "assistant"}[entry["deed"]]
        assert (handler, status, waiting) == (conversation["handler"], conversation["status"], 0)


class TestQuestions:
    @pytest.mark.parametrize(
        "asked", QUESTIONS["answered"] + QUESTIONS["fromPdf"], ids=lambda one: one["question"]
    )
    def test_the_answer_stands_in_the_document(self, asked: dict[str, str]) -> None:
        assert asked["contains"] in text_of(asked["document"])

    def test_there_are_as_many_as_promised(self) -> None:
        assert len(QUESTIONS["answered"]) == 40 and len(QUESTIONS["unanswered"]) == 15
        assert sum(asked["language"] == "de" for asked in QUESTIONS["answered"]) == 6
