"""How often Echo answers what the documents do not answer, and passes to a person what they do.

Sets: invented companies (`relevance_faq.json`), the demo shop (`demo/questions.json`), and, given their folder, two
scientific collections whose questions are put to each other's documents (nothing there answers them).

    python -m bench.relevance [--data FOLDER] [--sample 200] [--out bench/results/relevance.json]

FOLDER holds covid-qa.json (SQuAD) and cran.all.1400.xml, cran.qry.xml, cranqrel.trec.txt (TREC).
"""

import argparse
import asyncio
import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from bench.datasets import Question, Source, read_squad, read_trec
from bench.knowledge_base import fresh_database, tenant_with
from echo_app import db
from echo_app.answering.finding import RETRIEVED
from echo_app.answering.relevance import is_relevant
from echo_app.knowledge import service as knowledge
from echo_app.tenancy import Actor

HERE = Path(__file__).parent


@dataclass
class Outcome:
    """Counts of one set: questions with an answer and how many were refused, without one and how many answered."""

    name: str
    answerable: int = 0
    refused: int = 0
    unanswerable: int = 0
    answered: int = 0
    # Of the answerable: the share whose document is first, and among those passed on.
    first: float = 0.0
    among: float = 0.0
    search_ms: float = 0.0


async def main() -> None:
    options = _options()
    async with fresh_database():
        outcomes = [outcome async for outcome in _outcomes(options.data, options.sample)]
    _print(outcomes)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))


async def _outcomes(folder: Path | None, sample: int):
    for company in json.loads((HERE / "relevance_faq.json").read_text())["companies"]:
        sources = [
            Source(str(number), document["title"], document["content"], "markdown")
            for number, document in enumerate(company["documents"])
        ]
        yield await _measured(
            company["name"],
            sources,
            [Question(text) for text in company["answered"]],
            [Question(text) for text in company["unanswered"]],
        )
    yield await _demo()
    if folder is not None:
        squad = read_squad(folder / "covid-qa.json")
        trec = read_trec(
            *(folder / name for name in ("cran.all.1400.xml", "cran.qry.xml", "cranqrel.trec.txt"))
        )
        chosen = random.Random(7).sample(squad[1], min(sample, len(squad[1])))
        yield await _measured("COVID-QA", squad[0], chosen, trec[1][:sample])
        yield await _measured("Cranfield", trec[0], trec[1][:sample], chosen)


async def _demo() -> Outcome:
    demo = HERE.parent / "demo"
    asked = json.loads((demo / "questions.json").read_text())
    sources = [
        Source(path.name, path.read_text().lstrip("# ").split("\n", 1)[0], path.read_text(), "markdown")
        for path in sorted((demo / "documents").glob("*.md"))
    ]
    return await _measured(
        "Demo shop",
        sources,
        [Question(each["question"], frozenset({each["document"]})) for each in asked["answered"]],
        [Question(each["question"]) for each in asked["unanswered"]],
    )


async def _measured(
    name: str, sources: Iterable[Source], answerable: list[Question], unanswerable: list[Question]
) -> Outcome:
    actor, keys = await tenant_with(sources)
    outcome = Outcome(name, len(answerable), 0, len(unanswerable), 0)
    began = perf_counter()
    for question in answerable:
        relevant, found = await _asked(actor, question, keys)
        outcome.refused += not relevant
        outcome.first += bool(question.sources & set(found[:1])) / len(answerable)
        outcome.among += bool(question.sources & set(found)) / len(answerable)
    for question in unanswerable:
        relevant, _ = await _asked(actor, question, keys)
        outcome.answered += relevant
    outcome.search_ms = (perf_counter() - began) * 1000 / (len(answerable) + len(unanswerable))
    return outcome


async def _asked(actor: Actor, question: Question, keys: dict[str, str]) -> tuple[bool, list[str]]:
    async with db.read_only(actor) as tx:
        hits = await knowledge.search(tx, actor, question.text, RETRIEVED)
    return is_relevant(question.text, hits), [keys[hit.document_id.hex] for hit in hits]


def _print(outcomes: list[Outcome]) -> None:
    print(
        f"{'set':28}{'questions':>10}{'refused':>9}{'unanswerable':>14}{'answered':>10}"
        f"{'first':>8}{'of six':>8}{'ms':>7}"
    )
    for outcome in outcomes:
        print(
            f"{outcome.name:28}{outcome.answerable:>10}{_share(outcome.refused, outcome.answerable):>9}"
            f"{outcome.unanswerable:>14}{_share(outcome.answered, outcome.unanswerable):>10}"
            f"{_judged(outcome.first):>8}{_judged(outcome.among):>8}{outcome.search_ms:>7.1f}"
        )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _judged(share: float) -> str:
    # The invented companies do not say which article answers.
    return f"{share:.0%}" if share else "–"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder of the scientific collections")
    parser.add_argument("--sample", type=int, default=200, help="questions of each scientific collection")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "relevance.json")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
