"""Whether the documents answer: the rule on made hits, and on the invented companies of the benchmark."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from echo_app import db
from echo_app.answering.relevance import is_relevant
from echo_app.kit.ids import new_id
from echo_app.knowledge import service, tasks
from echo_app.knowledge.schemas import Hit, HitWord
from tests.people import Company

COMPANIES = json.loads((Path(__file__).parents[2] / "bench" / "relevance_faq.json").read_text())["companies"]


def hit(coverage: float, cosine: float) -> Hit:
    return Hit(new_id(), new_id(), "T", "", None, "Words.", 0, 6, None, 1.0, cosine, coverage)


class TestIsRelevant:
    def test_nothing_found_answers_nothing(self) -> None:
        assert not is_relevant("How long?", [])

    def test_most_of_the_words_are_enough(self) -> None:
        assert is_relevant("How long is the warranty?", [hit(0.7, 0.1)])

    def test_few_words_and_little_meaning_are_not(self) -> None:
        assert not is_relevant("What is the capital of Mongolia?", [hit(0.2, 0.2)])

    def test_nearness_in_meaning_makes_up_for_missing_words_in_english_only(self) -> None:
        assert is_relevant("How long is the warranty?", [hit(0.35, 0.6)])
        assert not is_relevant("Wie lange dauert die Lieferung?", [hit(0.35, 0.6)])

    def test_nearness_counts_for_the_embedder_only_that_it_was_fitted_with(self) -> None:
        near, far = [hit(0.35, 0.6)], [hit(0.5, 0.0)]
        assert not is_relevant("How long is the warranty?", near, "openai:text-embedding-3-small")
        assert is_relevant("How long is the warranty?", far, None)
        assert not is_relevant("How long is the warranty?", far)

    def test_the_answer_need_not_be_in_the_first_passage(self) -> None:
        assert is_relevant("How long is the warranty?", [hit(0.1, 0.1), hit(0.2, 0.1), hit(0.9, 0.1)])
        assert not is_relevant("How long is the warranty?", [hit(0.1, 0.1)] * 3 + [hit(0.9, 0.1)])


def worded(*words: tuple[str, float, float], cosine: float = 0.0) -> Hit:
    """A hit with (word, weight, held)."""
    coverage = sum(weight * held for _, weight, held in words)
    found = tuple(HitWord(word, weight, held, held > 0) for word, weight, held in words)
    return replace(hit(coverage, cosine), words=found)


class TestVerbs:
    def test_a_verb_the_passage_does_not_hold_counts_half(self) -> None:
        found = [worded(("abschlag", 0.5, 1.0), ("senken", 0.5, 0.0))]
        assert is_relevant("kann ich meinen abschlag senken", found)
        assert not is_relevant("abschlag und senken", [worded(("abschlag", 0.4, 1.0), ("senken", 0.6, 0.0))])

    def test_a_verb_that_is_asked_about_counts_whole(self) -> None:
        found = [worded(("gitarre", 0.4, 1.0), ("stimmt", 0.6, 0.0))]
        assert not is_relevant("wie stimmt man eine gitarre", found)

    def test_likeness_and_words_must_be_the_same_passages(self) -> None:
        words, meaning = worded(("app", 0.6, 0.0), ("control", 0.4, 1.0)), hit(0.1, 0.4)
        assert not is_relevant("an app for control", [words, meaning])


@pytest.mark.parametrize("invented", COMPANIES[:3], ids=lambda invented: invented["name"])
async def test_an_invented_company_answers_what_it_can_and_little_else(
    company: Company, invented: dict[str, Any]
) -> None:
    """The shares that docs/BENCHMARKS.md gives, with some room."""
    for document in invented["documents"]:
        async with db.transaction(company.owner) as tx:
            added = await service.add_document(
                tx,
                company.owner,
                title=document["title"],
                content=document["content"].encode(),
                format="markdown",
            )
        await tasks.ingest(company.tenant_id, added.id)

    async def share_answered(questions: list[str]) -> float:
        relevant = 0
        for question in questions:
            async with db.read_only(company.owner) as tx:
                relevant += is_relevant(question, await service.search(tx, company.owner, question, 6))
        return relevant / len(questions)

    assert await share_answered(invented["answered"]) >= 0.75
    assert await share_answered(invented["unanswered"]) <= 0.15
