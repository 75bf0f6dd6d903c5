import pytest

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.matching import SAME, SYNONYM, TYPO, Words, asked_words, closest, looks_like_asking
from echo_app.kit.language.synonyms import phrases_in, synonyms
from echo_app.kit.language.words import codes_in, content_words, stem, stems, terms_of, words_of


class TestLanguageOf:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("How do I return the kettle?", "en"),
            ("Wie lange dauert der Versand?", "de"),
            ("Quand est-ce que je reçois mon colis ?", "fr"),
            ("¿Cuánto cuesta el envío?", "es"),
            ("Quanto costa la spedizione per i pacchi?", "it"),
            ("Hoe lang duurt het voordat mijn pakket komt?", "nl"),
            ("größe", "de"),
        ],
    )
    def test_common_words_and_letters_tell_it(self, text: str, language: str) -> None:
        assert language_of(text) == language

    def test_nothing_known_is_the_default(self) -> None:
        assert language_of("iPhone 15", default="fr") == "fr"


class TestWords:
    def test_words_are_lower_case_and_numbers_keep_their_point(self) -> None:
        assert list(words_of("The 2.5 l e-mail Wi-Fi T-shirt isn't FREE")) == [
            "the", "2.5", "l", "email", "wifi", "tshirt", "isn't", "free",
        ]  # fmt: skip

    def test_a_script_without_spaces_is_cut_into_pairs(self) -> None:
        assert list(words_of("我想退货")) == ["我想", "想退", "退货"]

    def test_a_very_long_word_is_cut(self) -> None:
        assert [len(word) for word in words_of("x" * 5_000)] == [64]

    def test_terms_are_stems_without_stop_words_and_accents(self) -> None:
        assert terms_of("Die Rückgaben sind kostenlos.", "de") == ["ruckgab", "kostenlos"]

    def test_a_code_is_one_word_beside_its_parts(self) -> None:
        assert terms_of("The FK-15 kettle", "en") == ["fk", "15", "kettl", "fk15"]
        assert codes_in("well-known A4-120 and 2024-05") == ["a4120"]

    def test_a_question_keeps_only_the_code(self) -> None:
        assert content_words("when does the FK-15 come out") == ["fk15", "come"]

    def test_a_question_of_stop_words_alone_keeps_them(self) -> None:
        assert content_words("who are you") == ["who", "are", "you"]

    def test_umlauts_are_found_however_they_are_typed(self) -> None:
        indexed = stem("rückgabe", "de")
        assert all(indexed in stems(word) for word in ("rückgabe", "ruckgabe", "rueckgabe"))


class TestSynonyms:
    def test_a_word_has_the_terms_of_its_group_in_other_languages_too(self) -> None:
        assert {"deliveri", "versand"} <= synonyms("shipping")

    def test_an_unknown_word_has_none(self) -> None:
        assert synonyms("oolong") == frozenset()

    def test_a_phrase_is_found_with_words_between(self) -> None:
        assert ("send", "back") in phrases_in(["can", "i", "send", "the", "shoes", "back"])
        assert ("send", "back") not in phrases_in(["send", "me", "all", "my", "money", "back"])


class TestMatching:
    def held(self, question: str, text: str) -> dict[str, float]:
        words = Words(text)
        return {asked.word: words.holds(asked) for asked in asked_words(question)}

    def test_the_same_word_a_synonym_and_a_typo(self) -> None:
        held = self.held("shipping of the kettels", "Delivery of every kettle is free.")
        assert held == {"shipping": SYNONYM, "kettels": TYPO}

    def test_another_form_of_the_word_is_the_word(self) -> None:
        assert self.held("returned kettles", "You return the kettle.") == {"returned": SAME, "kettles": SAME}

    def test_a_part_of_a_german_compound_counts(self) -> None:
        assert self.held("Rückgabefrist", "Die Rückgabe ist in 30 Tagen möglich.")["rückgabefrist"] > 0.5

    @pytest.mark.parametrize(("word", "other"), [("tours", "hours"), ("gears", "years")])
    def test_another_real_word_is_no_typo(self, word: str, other: str) -> None:
        assert closest(word, [other]) is None

    @pytest.mark.parametrize(
        ("word", "meant"), [("adress", "address"), ("retrun", "return"), ("temprature", "temperature")]
    )
    def test_a_typo_finds_what_was_meant(self, word: str, meant: str) -> None:
        assert closest(word, ["adult", "retain", meant, "template"]) == meant

    def test_a_mistyped_word_of_asking_is_known_as_one(self) -> None:
        assert looks_like_asking("shoud")
        assert not looks_like_asking("kettle")

    def test_words_of_asking_are_marked(self) -> None:
        marked = {asked.word: asked.asking for asked in asked_words("please tell me about the warranty")}
        assert marked == {"please": True, "tell": True, "warranty": False}
