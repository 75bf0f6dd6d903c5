"""How often search finds the passage that answers: ours, beside dense vectors alone and BM25 alone.

    python -m bench.retrieval                                   the invented sets in bench/sets
    python -m bench.retrieval --dataset PATH [--distractors PATH] [--language de] [--sample 500]

PATH is a SQuAD-format JSON file (its paragraphs are the documents, its articles' titles their titles; questions and
answers: title and body) or a folder of a TREC collection: `*.all.*.xml`, `*.qry.xml` and `*qrel.trec.txt`. The
distractors' documents are hidden among them, their questions are not asked. Documents go in through the product's own
ingestion, questions through its search. Reported: MRR@10, how often the right document is first and among five, and
milliseconds a question. The outside reference for BM25 is bm25s (stemmed, stop words left out).
"""

import argparse
import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter

import bm25s
import numpy
import snowballstemmer

from bench.datasets import Question, Source, read_collection
from bench.knowledge_base import fresh_database, tenant_with, vacuum
from bench.machine import described, percentile
from echo_app import db
from echo_app.kit.language.guess import language_of
from echo_app.kit.language.stopwords import STOP_WORDS
from echo_app.knowledge import service as knowledge
from echo_app.providers.embeddings.local import embed_now
from echo_app.tenancy import Actor

HERE = Path(__file__).parent
DEPTH = 10
_STEMMERS = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
}

# The keys of the documents found for a question, best first.
Ranked = list[str]


@dataclass(frozen=True)
class Outcome:
    """One way of searching over one set."""

    set: str
    searcher: str
    documents: int
    questions: int
    mrr: float
    first: float
    among_five: float
    p50_ms: float
    p95_ms: float


async def main() -> None:
    options = _options()
    paths = [options.dataset] if options.dataset else sorted((HERE / "sets").glob("*.json"))
    outcomes: list[Outcome] = []
    async with fresh_database():
        for path in paths:
            sources, questions = read_collection(path)
            if options.distractors:
                others, _ = read_collection(options.distractors)
                sources = [*sources, *(replace(other, key=f"other {other.key}") for other in others)]
            asked = [question for question in questions if question.sources]
            if options.sample and options.sample < len(asked):
                asked = random.Random(7).sample(asked, options.sample)
            outcomes += await _compared(path.stem, sources, asked, options.language)
    _print(outcomes)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    result = {"outcomes": [asdict(outcome) for outcome in outcomes], "machine": described()}
    options.out.write_text(json.dumps(result, indent=2) + "\n")


async def _compared(
    name: str, sources: list[Source], questions: list[Question], language: str | None
) -> list[Outcome]:
    outcomes = []
    for searcher, ranked in (
        ("dense alone", _dense(sources)),
        ("BM25 alone (bm25s)", _bm25(sources, language or language_of(sources[0].content))),
    ):
        results, times = [], []
        for question in questions:
            began = perf_counter()
            results.append(ranked(question.text))
            times.append(perf_counter() - began)
        outcomes.append(_outcome(name, searcher, len(sources), questions, results, times))
    actor, keys = await tenant_with(sources)
    vacuum()
    results, times = [], []
    for question in questions:
        began = perf_counter()
        results.append(await _ours(actor, keys, question.text))
        times.append(perf_counter() - began)
    outcomes.append(_outcome(name, "Echo", len(sources), questions, results, times))
    return outcomes


async def _ours(actor: Actor, keys: dict[str, str], question: str) -> Ranked:
    async with db.read_only(actor) as tx:
        # A document may be found by several of its passages.
        hits = await knowledge.search(tx, actor, question, 3 * DEPTH)
    return list(dict.fromkeys(keys[hit.document_id.hex] for hit in hits))[:DEPTH]


def _dense(sources: list[Source]) -> Callable[[str], Ranked]:
    vectors = numpy.array(embed_now([f"{source.title}. {source.content}" for source in sources]))

    def ranked(question: str) -> Ranked:
        near = vectors @ numpy.array(embed_now([question])[0])
        return [sources[i].key for i in numpy.argsort(-near, kind="stable")[:DEPTH]]

    return ranked


def _bm25(sources: list[Source], language: str) -> Callable[[str], Ranked]:
    stemmer = snowballstemmer.stemmer(_STEMMERS[language])
    stop = sorted(STOP_WORDS[language])

    def tokens(texts: list[str]):
        return bm25s.tokenize(texts, stopwords=stop, stemmer=stemmer.stemWords, show_progress=False)

    index = bm25s.BM25()
    index.index(tokens([f"{source.title}\n{source.content}" for source in sources]), show_progress=False)
    depth = min(DEPTH, len(sources))

    def ranked(question: str) -> Ranked:
        places, scores = index.retrieve(tokens([question]), k=depth, show_progress=False)
        return [sources[i].key for i, score in zip(places[0], scores[0], strict=True) if score > 0]

    return ranked


def _outcome(
    name: str,
    searcher: str,
    documents: int,
    questions: list[Question],
    results: Sequence[Ranked],
    times: list[float],
) -> Outcome:
    ranks = [
        next((rank for rank, key in enumerate(found, 1) if key in question.sources), 0)
        for question, found in zip(questions, results, strict=True)
    ]
    asked = len(ranks)
    return Outcome(
        name,
        searcher,
        documents,
        asked,
        round(sum(1 / rank for rank in ranks if rank) / asked, 4),
        round(sum(rank == 1 for rank in ranks) / asked, 4),
        round(sum(1 <= rank <= 5 for rank in ranks) / asked, 4),
        round(percentile(times, 50) * 1000, 2),
        round(percentile(times, 95) * 1000, 2),
    )


def _print(outcomes: list[Outcome]) -> None:
    print(
        f"{'set':24}{'search':22}{'documents':>10}{'questions':>10}"
        f"{'MRR@10':>8}{'first':>8}{'of five':>9}{'p50 ms':>8}{'p95 ms':>8}"
    )
    for each in outcomes:
        print(
            f"{each.set:24}{each.searcher:22}{each.documents:>10}{each.questions:>10}"
            f"{each.mrr:>8.3f}{each.first:>8.3f}{each.among_five:>9.3f}{each.p50_ms:>8.1f}{each.p95_ms:>8.1f}"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dataset", type=Path, help="SQuAD-format JSON, or a folder of a TREC collection")
    parser.add_argument("--distractors", type=Path, help="documents to hide the data set's among")
    parser.add_argument("--language", choices=_STEMMERS, help="the reference's stemmer; guessed by default")
    parser.add_argument("--sample", type=int, default=0, help="ask so many questions, drawn at random")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "retrieval.json")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
