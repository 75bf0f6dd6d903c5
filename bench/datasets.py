"""Question collections in their usual formats, read for the benchmarks."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Source:
    """A document to be searched."""

    key: str
    title: str
    content: str
    format: str = "text"


@dataclass(frozen=True)
class Question:
    """`sources` are the keys of documents that answer it, none when the collection has none."""

    text: str
    sources: frozenset[str] = frozenset()


def read_collection(path: Path) -> tuple[list[Source], list[Question]]:
    """A SQuAD-format file, or a folder that holds a TREC collection."""
    if path.is_file():
        return read_squad(path)
    documents, queries, judgements = (
        next(path.glob(pattern)) for pattern in ("*.all.*.xml", "*.qry.xml", "*qrel.trec.txt")
    )
    return read_trec(documents, queries, judgements)


def read_squad(path: Path) -> tuple[list[Source], list[Question]]:
    """A data set in SQuAD's JSON: one source a paragraph."""
    sources, questions = [], []
    for number, article in enumerate(json.loads(path.read_text())["data"]):
        for part, paragraph in enumerate(article["paragraphs"]):
            key = f"{number}.{part}"
            lines = paragraph["context"].strip().splitlines()
            sources.append(Source(key, (article.get("title") or lines[0])[:200], paragraph["context"]))
            questions += [Question(asked["question"], frozenset({key})) for asked in paragraph["qas"]]
    return sources, questions


def read_trec(documents: Path, queries: Path, judgements: Path) -> tuple[list[Source], list[Question]]:
    """A collection in TREC's format. Queries are numbered by their order, as Cranfield's judgements do."""
    sources = []
    for block in re.findall(r"<doc>(.*?)</doc>", documents.read_text(), re.S):
        number = _tag(block, "docno")
        text = _tag(block, "text")
        if text:
            sources.append(Source(number, " ".join(_tag(block, "title").split())[:200] or number, text))
    relevant: dict[int, set[str]] = {}
    for line in judgements.read_text().splitlines():
        query, _, document, grade = line.split()
        if int(grade) > 0:
            relevant.setdefault(int(query), set()).add(document)
    tree = ElementTree.parse(queries)
    questions = [
        Question(" ".join((top.findtext("title") or "").split()), frozenset(relevant.get(number, ())))
        for number, top in enumerate(tree.getroot().iter("top"), 1)
    ]
    return sources, questions


def _tag(block: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", block, re.S)
    return found.group(1).strip() if found else ""
