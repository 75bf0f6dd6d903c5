"""Word documents, tables of questions, other encodings: read as what they are, whatever they are called."""

import codecs

import pytest

from echo_app.knowledge import errors
from echo_app.knowledge.chunking import passages
from echo_app.knowledge.parsing import check_content, parse
from tests.knowledge.packed import docx, heading, item, locked, paragraph, table, zipped
from tests.knowledge.pdfs import pdf

GERMAN = "Größe und Gewähr: Die Lieferung nach Österreich dauert vier Werktage und kostet 6,90 €."
POLISH = "Zwrot jest możliwy w ciągu czternastu dni. Proszę zachować paragon, żeby złożyć reklamację."
RUSSIAN = "Возврат возможен в течение четырнадцати дней. Сохраните чек, пожалуйста, и упаковку."
JAPANESE = "返品は三十日以内に可能です。送料は無料です。領収書を保管してください。"


class TestWordDocument:
    def test_headings_lists_and_tables_are_kept(self) -> None:
        content = docx(
            heading("Returns"),
            paragraph("You can send it back."),
            heading("How", 2),
            item("Print the label"),
            item("Send it"),
            item("First", numbered=True),
            table(("Item", "Days"), ("Mug", "30")),
        )
        parsed = parse(content, "docx")
        assert parsed.text == (
            "# Returns\n\nYou can send it back.\n\n## How\n\n- Print the label\n- Send it\n\n1. First\n\n"
            "| Item | Days |\n| --- | --- |\n| Mug | 30 |"
        )
        assert [passage.heading for passage in passages(parsed)] == ["Returns", "Returns > How"]

    @pytest.mark.parametrize("content", [zipped({"word/document.xml": "<w:document"}), docx("x")[:400]])
    def test_a_damaged_one_is_refused(self, content: bytes) -> None:
        with pytest.raises(errors.DocxDamaged):
            parse(content, "docx")

    def test_one_without_words_is_empty(self) -> None:
        with pytest.raises(errors.DocumentEmpty):
            parse(docx(paragraph(" ")), "docx")

    def test_one_that_grows_without_end_is_refused(self) -> None:
        bomb = "<!DOCTYPE d [<!ENTITY a 'lol'>" + "".join(
            f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
        )
        with pytest.raises(errors.DocxDamaged):
            parse(docx(paragraph("&j;"), prolog=bomb + "]>"), "docx")

    def test_one_that_unpacks_to_too_much_is_refused(self) -> None:
        with pytest.raises(errors.ArchiveTooDemanding):
            parse(docx(paragraph(" " * 50_000_000)), "docx")


class TestQuestionsAndAnswers:
    @pytest.mark.parametrize(
        "table",
        [
            'question,answer\nHow long?,Two days.\nHow much?,"6,90 €, or nothing"\n',
            "Antwort;Frage\nTwo days.;How long?\n6,90 €, or nothing;How much?\n",
            "Pregunta\tRespuesta\nHow long?\tTwo days.\nHow much?\t6,90 €, or nothing\n",
            "How long?|Two days.\nHow much?|6,90 €, or nothing\n",
            '質問,回答\nHow long?,Two days.\nHow much?,"6,90 €, or nothing"\n',
        ],
    )
    def test_each_pair_is_a_passage_under_its_question(self, table: str) -> None:
        found = passages(parse(table.encode(), "csv"))
        assert [(passage.heading, passage.content) for passage in found] == [
            ("How long?", "Two days."),
            ("How much?", "6,90 €, or nothing"),
        ]

    def test_an_answer_of_several_lines_is_one_passage_and_other_columns_go_with_it(self) -> None:
        rows = 'id,question,answer,topic\n1,"How\nlong?","You need:\n- a label\n- a box",Returns\n'
        (passage,) = passages(parse(rows.encode(), "csv"))
        assert passage.heading == "How long?"
        assert passage.content == "You need:\n- a label\n- a box\n\n- id: 1\n- topic: Returns"

    def test_a_passage_is_a_range_of_the_text(self) -> None:
        parsed = parse(b"Frage;Antwort\nWas?;Dies.\nWo?;Dort, wo es steht.\n", "csv")
        for passage in passages(parsed):
            assert parsed.text[passage.start : passage.end] == passage.content

    def test_another_table_is_read_row_by_row_with_its_names(self) -> None:
        (first, _) = passages(parse(b"Country,Days,Price\nSweden,2,4.90\nNorway,3,5.90\n", "csv"))
        assert first.heading == "Sweden"
        assert first.content == "- Country: Sweden\n- Days: 2\n- Price: 4.90"

    @pytest.mark.parametrize("text", ["Just words.\nAnd more words.", 'question,answer\n"torn,quotes\n'])
    def test_what_is_no_table_is_read_as_text(self, text: str) -> None:
        assert parse(text.encode(), "csv").text == text


class TestEncodings:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (GERMAN, "cp1252"),
            (GERMAN, "utf-16"),
            (POLISH, "cp1250"),
            (POLISH, "iso8859-2"),
            (RUSSIAN, "cp1251"),
            (RUSSIAN, "koi8-r"),
            (JAPANESE, "shift_jis"),
            (JAPANESE, "euc_jp"),
        ],
    )
    def test_text_that_is_not_utf_8_is_read_word_for_word(self, text: str, encoding: str) -> None:
        assert parse(text.encode(encoding), "text").text == text

    def test_an_encoding_that_only_the_beginning_is_in_is_refused(self) -> None:
        content = JAPANESE.encode("euc_jp") * 4_000 + b"\x8f\xff\xff"
        with pytest.raises(errors.DocumentEncodingUnknown):
            parse(content, "text")

    def test_a_mark_of_the_byte_order_is_no_letter(self) -> None:
        assert parse(codecs.BOM_UTF8 + b"a", "text").text == "a"


class TestWrongEnding:
    @pytest.mark.parametrize(
        ("content", "promised", "found"),
        [
            (docx(paragraph("x")), "pdf", "docx"),
            (docx(paragraph("x")), "zip", "docx"),
            (pdf(["x"]), "docx", "pdf"),
            (zipped({"a.md": "x"}), "docx", "zip"),
            (b"<!DOCTYPE html><html><p>x", "markdown", "html"),
            (b"# Words", "pdf", "text"),
            (b"a,b\n1,2", "csv", "csv"),
        ],
    )
    def test_the_bytes_tell(self, content: bytes, promised: str, found: str) -> None:
        assert check_content(content, promised) == found

    @pytest.mark.parametrize(
        ("content", "fact"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), errors.OldWordFormat),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
                errors.OfficeEncrypted,
            ),
            (zipped({"[Content_Types].xml": "x", "xl/workbook.xml": "x"}), errors.DocumentTypeUnsupported),
            (b"{\\rtf1 x}", errors.DocumentTypeUnsupported),
            (b"\x7fELF\x00\x01", errors.DocumentBinary),
            (b"GIF89a\x00\x01\xff\xff", errors.DocumentBinary),
        ],
    )
    def test_what_is_not_read_says_what_to_do(self, content: bytes, fact: type[Exception]) -> None:
        with pytest.raises(fact):
            check_content(content, "text")

    def test_a_locked_word_document_is_refused(self) -> None:
        with pytest.raises(errors.ArchiveEncrypted):
            parse(locked(docx(paragraph("x"))), "docx")
