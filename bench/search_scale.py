"""How fast search is at scale, and how much the approximate tier loses.

    python -m bench.search_scale [--tenants 200] [--chunks 100000] [--large 0] [--folder PATH] [--questions 200]

Two installations' worth of invented passages in one database: `--chunks` spread over `--tenants` small tenants (exact
search), and one tenant of `--large` passages (HNSW), whose documents arrive sorted by subject. A question's time is all
of the product's search: words, the keyless embedding, both statements, ranking. Recall is that of the large tenant's
nearest ten, beside every one of its vectors compared. With a folder the data stays for the next run; a million passages
need 12 GB there.
"""

import argparse
import asyncio
import json
import os
import random
import resource
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from uuid import UUID

import psycopg

from bench.invented import Passages
from bench.knowledge_base import new_folder
from bench.machine import described, percentile
from echo_app import composition, db, migrations
from echo_app.embedded_postgres import EmbeddedPostgres
from echo_app.kit.ids import new_id
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.indexing import vector_text
from echo_app.knowledge.retrieval import GRAPH_EFFORT, search_statement
from echo_app.providers.embeddings.local import embed_now
from echo_app.settings import settings
from echo_app.tenancy import Actor, Role

HERE = Path(__file__).parent
CHUNKS_A_DOCUMENT = 10
BATCH = 2_000
# What an administrator sets for the build of an index over a million vectors.
BUILD_MEMORY = "2GB"


@dataclass
class Outcome:
    name: str
    chunks: int
    tenants: int
    p50_ms: float
    p95_ms: float
    recall: float | None = None


async def main() -> None:
    options = _options()
    result: dict[str, object] = {"machine": described()}
    async with _database(options.folder) as server:
        with psycopg.connect(db.conninfo(server.admin_url), autocommit=True) as admin:
            result["load"] = _loaded(admin, "small", options.chunks, options.tenants)
            outcomes = [await _measured(admin, "small", options.questions)]
            if options.large:
                result["loadLarge"] = _loaded(admin, "large", options.large, 1)
                outcomes.append(await _measured(admin, "large", options.questions))
            result["sizes"] = _sizes(admin)
    result["outcomes"] = [asdict(outcome) for outcome in outcomes]
    result["memoryMiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(result, indent=2))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=2) + "\n")


@asynccontextmanager
async def _database(folder: Path | None) -> AsyncIterator[EmbeddedPostgres]:
    kept = folder or new_folder()
    kept.mkdir(parents=True, exist_ok=True)
    os.environ["ECHO_DATA_DIR"] = str(kept)
    settings.cache_clear()
    server = EmbeddedPostgres(kept)
    try:
        server.start()
        migrations.upgrade(server.admin_url)
        composition.put_providers(settings())
        await db.open_engine(db.app_url(settings()))
        yield server
        await db.close_engine()
    finally:
        server.stop()


def _loaded(admin: psycopg.Connection, name: str, chunks: int, tenants: int) -> dict[str, float]:
    """Loads the passages unless they are there; seconds of each step."""
    label = f"{name}-{chunks}-{tenants}"
    if admin.execute("SELECT 1 FROM tenants WHERE name = %s", [f"{label}-0"]).fetchone():
        return {}
    admin.execute("DELETE FROM tenants WHERE name LIKE %s", [f"{name}-%"])
    began = perf_counter()
    spaces = [_tenant(admin, f"{label}-{number}", chunks // tenants, name) for number in range(tenants)]
    definition = _without_indexes(admin, name)
    for number, (tenant, space, source, folder_id) in enumerate(spaces):
        passages = Passages(seed=number)
        for batch in _batches(chunks // tenants):
            _copy(admin, passages, batch, name, tenant, space, source, folder_id)
    seconds = {"rows": perf_counter() - began}
    admin.execute(f"SET maintenance_work_mem = '{BUILD_MEMORY}'")
    admin.execute("SET max_parallel_maintenance_workers = 2")
    for index, statement in definition:
        began = perf_counter()
        admin.execute(statement)
        seconds[index] = perf_counter() - began
    began = perf_counter()
    admin.execute(
        "INSERT INTO common_terms SELECT tenant_id, term, count(*) FROM postings"
        " WHERE tenant_id = ANY(%s) GROUP BY 1, 2 HAVING count(*) >= 1000 ON CONFLICT DO NOTHING",
        [[tenant for tenant, *_ in spaces]],
    )
    admin.execute("VACUUM ANALYZE")
    seconds["statistics"] = perf_counter() - began
    return {step: round(taken, 1) for step, taken in seconds.items()}


def _tenant(admin: psycopg.Connection, name: str, chunks: int, tier: str) -> tuple[UUID, UUID, int, UUID]:
    tenant, space, source, document = new_id(), new_id(), random.randrange(2**31), new_id()
    admin.execute(
        "INSERT INTO tenants (id, name, slug, allowed_sites, created_at) VALUES (%s, %s, %s, '{}', now())",
        [tenant, name, tenant.hex],
    )
    admin.execute(
        "INSERT INTO sources (id, tenant_id, number, kind, name, is_default, audience, enabled, state, run,"
        " pages_found, pages_done, created_at, updated_at)"
        " VALUES (%s, %s, %s, 'files', 'Files', true, 'public', true, 'idle', 0, 0, 0, now(), now())",
        [document, tenant, source],
    )
    admin.execute(
        "INSERT INTO vector_spaces (id, tenant_id, embedder, dimensions, state, tier, done, total, created_at)"
        " VALUES (%s, %s, 'wordllama', 256, 'active', %s, %s, %s, now())",
        [space, tenant, "large" if tier == "large" else "exact", chunks, chunks],
    )
    return tenant, space, source, document


def _without_indexes(admin: psycopg.Connection, tier: str) -> list[tuple[str, str]]:
    """Drops what a large load would keep up to date row by row; gives the statements that bring it back."""
    if tier != "large":
        return []
    # The key of the postings stays: dropping it would leave the small tenants without.
    row = admin.execute("SELECT pg_get_indexdef('large_vectors_256'::regclass)").fetchone()
    assert row is not None
    admin.execute("DROP INDEX large_vectors_256")
    # They arrive subject after subject, and are moved in no order, as the product does (knowledge/growth.py).
    admin.execute("CREATE UNLOGGED TABLE arrived (LIKE large_vectors)")
    return [
        ("shuffled", "INSERT INTO large_vectors SELECT * FROM arrived ORDER BY random()"),
        ("dropped", "DROP TABLE arrived"),
        ("large_vectors_256", str(row[0])),
    ]


def _batches(chunks: int) -> Iterator[range]:
    for start in range(0, chunks, BATCH):
        yield range(start, min(chunks, start + BATCH))


def _copy(admin, passages: Passages, batch: range, tier: str, tenant, space, source: int, source_id) -> None:
    """Documents of ten passages each, one subject after the other, with everything they are found by."""
    texts = [passages.text(number) for number in batch]
    titles = [passages.title(number) for number in batch]
    vectors = embed_now([f"{title}. {text}" for title, text in zip(titles, texts, strict=True)])
    ids = [new_id() for _ in batch]
    documents = [new_id() for _ in batch[::CHUNKS_A_DOCUMENT]]
    term_lists = [passages.terms(text) for text in texts]
    with admin.transaction(), admin.cursor() as cursor:
        with cursor.copy(
            "COPY documents (id, tenant_id, source_id, kind, title, format, status, size_bytes, sha256, storage_key,"
            " text, chunk_count, term_total, token_total, version, language, pages_done, pages_total, chunks_done,"
            " chunks_total, created_at, updated_at) FROM STDIN"
        ) as rows:
            for place, document in enumerate(documents):
                part = slice(place * CHUNKS_A_DOCUMENT, (place + 1) * CHUNKS_A_DOCUMENT)
                rows.write_row(
                    (
                        document,
                        tenant,
                        source_id,
                        "file",
                        titles[part.start],
                        "text",
                        "ready",
                        1,
                        document.hex,
                        document.hex,
                        "",
                        len(ids[part]),
                        sum(map(len, term_lists[part])),
                        1,
                        1,
                        "en",
                        0,
                        0,
                        0,
                        0,
                        "now",
                        "now",
                    )
                )
        with cursor.copy(
            "COPY chunks (id, tenant_id, document_id, position, heading, start_offset, end_offset, content,"
            " token_count) FROM STDIN"
        ) as rows:
            for place, (chunk, text) in enumerate(zip(ids, texts, strict=True)):
                rows.write_row(
                    (
                        chunk,
                        tenant,
                        documents[place // CHUNKS_A_DOCUMENT],
                        place % CHUNKS_A_DOCUMENT,
                        "",
                        0,
                        len(text),
                        text,
                        len(text) // 4,
                    )
                )
        table, more = ("arrived", ", dimensions") if tier == "large" else ("chunk_vectors", "")
        with cursor.copy(
            f"COPY {table} (chunk_id, space_id, tenant_id, source, language, embedding{more}) FROM STDIN"
        ) as rows:
            for chunk, vector in zip(ids, vectors, strict=True):
                row = (chunk, space, tenant, source, "en", vector_text(vector))
                rows.write_row((*row, 256) if more else row)
        postings = [
            (
                tenant,
                term,
                chunk,
                field,
                documents[place // CHUNKS_A_DOCUMENT],
                count,
                len(terms),
                source,
                "en",
            )
            for place, chunk in enumerate(ids)
            for field, terms in ((0, passages.terms(titles[place])), (1, term_lists[place]))
            for term, count in Counter(terms).items()
        ]
        postings.sort(key=lambda row: (row[1], row[2].int))
        with cursor.copy(
            "COPY postings (tenant_id, term, chunk_id, field, document_id, frequency, length, source, language)"
            " FROM STDIN"
        ) as rows:
            for posting in postings:
                rows.write_row(posting)


async def _measured(admin: psycopg.Connection, tier: str, questions: int) -> Outcome:
    tenants = admin.execute(
        "SELECT t.id, s.id, k.chunks FROM tenants t JOIN vector_spaces s ON s.tenant_id = t.id"
        " JOIN knowledge_totals k ON k.tenant_id = t.id WHERE t.name LIKE %s ORDER BY t.name",
        [f"{tier}-%"],
    ).fetchall()
    chooser = random.Random(11)
    times: list[float] = []
    found_of: list[float] = []
    for number in range(questions + 20):
        tenant, space, _ = tenants[chooser.randrange(len(tenants))]
        actor = Actor(tenant, "user", None, Role.OWNER, "Bench")
        question = Passages(seed=0).question(chooser)
        began = perf_counter()
        async with db.read_only(actor) as tx:
            await knowledge.search(tx, actor, question, 8)
        # The first few open connections and prepare statements.
        if number >= 20:
            times.append((perf_counter() - began) * 1000)
        if tier == "large" and number % 4 == 0:
            found_of.append(_recall(admin, tenant, space, question))
    return Outcome(
        tier,
        sum(row[2] for row in tenants),
        len(tenants),
        round(percentile(times, 50), 2),
        round(percentile(times, 95), 2),
        round(sum(found_of) / len(found_of), 4) if found_of else None,
    )


def _recall(admin: psycopg.Connection, tenant: UUID, space: UUID, question: str) -> float:
    """Of the exactly nearest ten, the share that the search's own statement finds."""
    vector = vector_text(embed_now([question])[0])
    exact = admin.execute(
        "SELECT chunk_id FROM large_vectors WHERE tenant_id = %s AND space_id = %s"
        " ORDER BY (embedding <#> %s::vector) + 0 LIMIT 10",
        [tenant, space, vector],
    ).fetchall()
    with admin.transaction():
        admin.execute(f"SET LOCAL hnsw.ef_search = {GRAPH_EFFORT}")
        admin.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        near = admin.execute(
            search_statement("large", 256, nearest_only=True),
            {"tenant": tenant, "space": space, "vector": vector},
        ).fetchall()
    return len({row[0] for row in exact} & {row[0] for row in near}) / len(exact)


def _sizes(admin: psycopg.Connection) -> dict[str, str]:
    rows = admin.execute(
        "SELECT relname, pg_size_pretty(pg_relation_size(oid)) FROM pg_class WHERE relname = ANY(%s)",
        [
            [
                "postings",
                "postings_pkey",
                "chunks",
                "chunk_vectors",
                "chunk_vectors_by_signs",
                "large_vectors",
                "large_vectors_256",
            ]
        ],
    ).fetchall()
    return {str(name): str(size) for name, size in rows}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenants", type=int, default=200)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=0, help="passages of one large tenant")
    parser.add_argument("--folder", type=Path, help="where the data stays between runs")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "search_scale.json")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
