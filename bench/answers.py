"""How often the keyless replies are right: invented companies (`answers.json`) and the demo shop, question by question.

A reply is right when it holds the words that the article has for it; a question that no article answers must be
passed to a person, as must a demand, for the right reason.

    python -m bench.answers [--failures] [--out bench/results/answers.json]
"""

import argparse
import asyncio
import json
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.datasets import Source
from bench.knowledge_base import fresh_database, tenant_with
from echo_app import db
from echo_app.answering.citations import citations_from_marks
from echo_app.answering.demands import demand_of
from echo_app.answering.finding import find_passages
from echo_app.answering.intents import wants_person
from echo_app.answering.prompt import passages_of
from echo_app.providers.llm.base import ModelRequest, TextDelta, Turn
from echo_app.providers.llm.local import ExtractiveModel
from echo_app.tenancy import Actor

HERE = Path(__file__).parent


@dataclass
class Outcome:
    """Counts of one company's questions. `words` is the mean length of right replies, `compose_ms` a median."""

    group: str
    name: str
    answerable: int = 0
    right: int = 0
    refused: int = 0
    wrong: int = 0
    unanswerable: int = 0
    answered: int = 0
    escalating: int = 0
    escalated: int = 0
    words: float = 0.0
    compose_ms: float = 0.0


async def main() -> None:
    options = _options()
    async with fresh_database():
        outcomes = [await _measured(group, company, options.failures) for group, company in _companies()]
    _print(outcomes)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))


def _companies() -> Iterator[tuple[str, dict[str, Any]]]:
    invented = json.loads((HERE / "answers.json").read_text())
    for group in ("fitted", "unseen"):
        for company in invented[group]:
            yield group, company
    demo = HERE.parent / "demo"
    asked = json.loads((demo / "questions.json").read_text())
    texts = [path.read_text() for path in sorted((demo / "documents").glob("*.md"))]
    yield (
        "demo",
        {
            "name": "Demo shop",
            "documents": [{"title": text.lstrip("# ").split("\n", 1)[0], "content": text} for text in texts],
            "questions": [
                *(
                    {"question": each["question"], "contains": [each["contains"]]}
                    for each in asked["answered"]
                ),
                *({"question": each["question"], "unanswered": True} for each in asked["unanswered"]),
            ],
        },
    )


async def _measured(group: str, company: dict[str, Any], failures: bool) -> Outcome:
    actor, _ = await tenant_with(
        Source(each["title"], each["title"], each["content"], "markdown") for each in company["documents"]
    )
    outcome = Outcome(group, company["name"])
    lengths, times = [0], []
    for item in company["questions"]:
        reply, reason, took = await _replied(actor, item["question"], item.get("before"))
        times.append(took)
        if "contains" in item:
            right = all(_plain(words) in _plain(reply) for words in item["contains"])
            outcome.answerable += 1
            outcome.right += right
            outcome.refused += not right and not reply
            outcome.wrong += not right and bool(reply)
            lengths += [len(reply.split())] if right else []
        elif "escalates" in item:
            right = reason == item["escalates"]
            outcome.escalating += 1
            outcome.escalated += right
        else:
            right = not reply
            outcome.unanswerable += 1
            outcome.answered += not right
        if failures and not right:
            print(f"{company['name']}: {item['question']}\n    {reply or reason}")
    outcome.words = round(statistics.mean(lengths[1:] or [0]), 1)
    outcome.compose_ms = round(statistics.median(times), 2)
    return outcome


async def _replied(actor: Actor, question: str, before: str | None) -> tuple[str, str, float]:
    """The reply (empty when it goes to a person), the reason for that, and how long composing took in ms."""
    if wants_person(question):
        return "", "asked_for_person", 0.0
    if demand := demand_of(question):
        return "", demand, 0.0
    async with db.read_only(actor) as tx:
        hits = await find_passages(tx, actor, question, before)
    if not hits:
        return "", "not_found", 0.0
    request = ModelRequest(
        system="",
        question=question,
        messages=(Turn("contact", before),) if before else (),
        passages=passages_of(hits),
    )
    began = perf_counter()
    events = [event async for event in ExtractiveModel().stream(request)]
    took = (perf_counter() - began) * 1000
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    reply, citations = citations_from_marks(text, hits)
    for citation in citations:
        assert any(citation.quote in hit.content for hit in hits), citation
    return reply, "" if reply else "not_found", took


def _plain(text: str) -> str:
    return text.replace("*", "").replace("\N{NO-BREAK SPACE}", " ").lower()


def _print(outcomes: list[Outcome]) -> None:
    print(
        f"{'group':8}{'company':26}{'answerable':>11}{'right':>7}{'refused':>9}{'wrong':>7}"
        f"{'unanswerable':>14}{'answered':>10}{'demands':>9}{'passed on':>11}{'words':>7}{'ms':>6}"
    )
    for each in outcomes:
        print(
            f"{each.group:8}{each.name:26}{each.answerable:>11}{each.right:>7}{each.refused:>9}{each.wrong:>7}"
            f"{each.unanswerable:>14}{each.answered:>10}{each.escalating:>9}{each.escalated:>11}"
            f"{each.words:>7}{each.compose_ms:>6}"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--failures", action="store_true", help="print every reply that is not right")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "answers.json")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
