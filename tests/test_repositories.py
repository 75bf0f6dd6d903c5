"""The rule that every repository function names its tenant, as a check."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "echo_app"
# Whatever holds statements about tenants' rows.
FILES = sorted(
    [
        *ROOT.rglob("repository.py"),
        ROOT / "conversations" / "coverage.py",
        ROOT / "conversations" / "queries.py",
        ROOT / "knowledge" / "retrieval.py",
        ROOT / "knowledge" / "vectors.py",
        ROOT / "knowledge" / "growth.py",
    ]
)
EXEMPT = "tenantless:"
LESSON = (
    "{place} `{name}` {fault}. A repository function takes `tenant_id` and names it in its statement: row-level"
    " security is the second lock, not the first. One that truly serves nobody's tenant begins its docstring with"
    f" `{EXEMPT}` and says for whom it works."
)


def faults(source: str, place: str) -> list[str]:
    """What is wrong with a repository's source, one lesson for each function that forgets the tenant."""
    found = []
    for function in ast.parse(source).body:
        if not isinstance(function, ast.AsyncFunctionDef) or function.name.startswith("_"):
            continue
        if (ast.get_docstring(function) or "").startswith(EXEMPT):
            continue
        arguments = function.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        used = any(
            isinstance(node, ast.Name) and node.id == "tenant_id"
            for statement in function.body
            for node in ast.walk(statement)
        )
        fault = None
        if "tenant_id" not in names:
            fault = "takes no tenant"
        elif not used:
            fault = "takes a tenant and does not use it"
        if fault:
            where = f"{place}:{function.lineno}"
            found.append(LESSON.format(place=where, name=function.name, fault=fault))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_repository_function_names_its_tenant(file: Path) -> None:
    found = faults(file.read_text(), f"echo_app/{file.relative_to(ROOT)}")
    assert found == [], "\n".join(found)


class TestTheCheck:
    def test_finds_a_function_without_a_tenant(self) -> None:
        (found,) = faults(
            "async def find(tx, message_id):\n    return await tx.get(Message, message_id)\n", "x.py"
        )
        assert found.startswith("x.py:1 `find` takes no tenant.")

    def test_finds_a_tenant_that_is_not_used(self) -> None:
        (found,) = faults(
            "async def find(tx, tenant_id, key):\n    return await tx.get(Message, key)\n", "x.py"
        )
        assert "does not use it" in found

    def test_lets_pass_what_uses_it_and_what_says_why_not(self) -> None:
        source = (
            "async def find(tx, tenant_id):\n    return await tx.execute(FIND, {'tenant': tenant_id})\n"
            'async def attempts(tx):\n    """tenantless: failed logins."""\n    return await tx.execute(ALL)\n'
            "async def _row(tx):\n    return 1\n"
        )
        assert faults(source, "x.py") == []

    def test_reads_the_files_that_hold_statements(self) -> None:
        names = {str(file.relative_to(ROOT)) for file in FILES}
        assert {"tenants/repository.py", "conversations/repository.py", "knowledge/repository.py"} <= names
        assert all(file.is_file() for file in FILES)
