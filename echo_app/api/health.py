"""`/healthz`: 200 when this process can serve, 503 while its database is away."""

from fastapi import APIRouter

from echo_app import db

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Asks the database; an unreachable one is answered as every error is, with status 503."""
    await db.reach()
    return {"status": "ok"}
