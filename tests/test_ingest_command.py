"""`echo-app ingest` as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path

from echo_app import db
from echo_app.kit.ids import encode
from echo_app.knowledge import service
from tests.knowledge.packed import docx, paragraph, zipped
from tests.knowledge.pdfs import encrypted, pdf
from tests.people import Company


def ingested(path: Path, tenant: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "echo_app.cli", "ingest", str(path), "--tenant", tenant],
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_a_folder_is_taken_in_and_what_is_wrong_is_told(company: Company, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "returns.md").write_text("# Returns\n\nKettles come back within 47 days.")
    (tmp_path / "again.md").write_text("# Returns\n\nKettles come back within 47 days.")
    (tmp_path / "sub" / "letter.docx").write_bytes(docx(paragraph("Lids are covered for three years.")))
    (tmp_path / "manual.pdf").write_bytes(pdf(["Descale the kettle once a month."]))
    (tmp_path / "secret.pdf").write_bytes(encrypted(pdf(["Secret"]), "password"))
    (tmp_path / "more.zip").write_bytes(zipped({"faq.csv": "question,answer\nHow?,So.\n", "x.exe": b"MZ"}))
    (tmp_path / ".hidden.md").write_text("Hidden words.")
    done = ingested(tmp_path, encode("ten", company.tenant_id))
    assert done.returncode == 1
    assert "secret.pdf: The PDF is protected by a password." in done.stderr
    assert "x.exe: This kind of file is not read." in done.stderr
    assert "4 documents taken in (4 passages), 1 were there already, 2 could not be read." in done.stderr
    async with db.read_only(company.owner) as tx:
        page = await service.list_documents(tx, company.owner)
        hits = await service.search(tx, company.owner, "kettles come back")
    assert sorted(row.title for row in page.items) == ["again", "faq", "letter", "manual"]
    assert {row.status for row in page.items} == {"ready"}
    assert hits[0].content == "Kettles come back within 47 days."
    again = ingested(tmp_path / "returns.md", encode("ten", company.tenant_id))
    assert (again.returncode, "1 were there already" in again.stderr) == (0, True)


async def test_a_tenant_that_is_none_is_told(company: Company, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Words.")
    done = ingested(tmp_path, "acme")
    assert (done.returncode, "is no tenant's id" in done.stderr) == (2, True)
    done = ingested(tmp_path, "ten_" + "0" * 32)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
