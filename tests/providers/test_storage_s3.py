"""S3 by Amazon's own SDK, against moto's server."""

import logging
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from echo_app import composition
from echo_app.providers.storage.base import NotStored, Storage, StorageFailed
from echo_app.providers.storage.s3 import S3Storage
from echo_app.settings import Settings

TENANT = UUID(int=7)
OTHER = UUID(int=8)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> str:
    name = f"documents-{uuid4().hex[:8]}"
    raw(endpoint).create_bucket(Bucket=name)
    return name


@pytest.fixture
def kept(endpoint: str, bucket: str) -> S3Storage:
    return S3Storage(
        bucket, prefix="echo", region="us-east-1", endpoint=endpoint, access_key="key", secret_key="secret"
    )


def raw(endpoint: str):
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )


async def test_bytes_come_back_under_the_tenants_own_prefix(
    kept: S3Storage, endpoint: str, bucket: str
) -> None:
    await kept.put(TENANT, "documents/one", b"words")
    await kept.put(TENANT, "documents/one", b"other words")
    assert await kept.get(TENANT, "documents/one") == b"other words"
    names = [each["Key"] for each in raw(endpoint).list_objects_v2(Bucket=bucket)["Contents"]]
    assert names == [f"echo/{TENANT.hex}/documents/one"]
    with pytest.raises(NotStored):
        await kept.get(OTHER, "documents/one")


async def test_deleted_bytes_are_gone_and_deleting_nothing_is_no_error(kept: S3Storage) -> None:
    await kept.put(TENANT, "documents/one", b"words")
    await kept.delete(TENANT, "documents/one")
    await kept.delete(TENANT, "documents/one")
    with pytest.raises(NotStored):
        await kept.get(TENANT, "documents/one")


@pytest.mark.parametrize("key", ["../other", "/etc/passwd", "a/../b", "", "a//b"])
async def test_a_key_that_leads_elsewhere_is_refused(kept: S3Storage, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        await kept.put(TENANT, key, b"x")


async def test_a_link_fetches_the_bytes_without_a_key_to_be_saved(kept: S3Storage) -> None:
    await kept.put(TENANT, "documents/one", b"<script>words</script>")
    link = await kept.link(TENANT, "documents/one", "Größe.html", 60)
    assert link is not None
    async with httpx.AsyncClient() as client:
        answer = await client.get(link)
    assert answer.content == b"<script>words</script>"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.html"
    assert answer.headers["content-type"] == "application/octet-stream"
    query = parse_qs(urlsplit(link).query)
    assert (query["X-Amz-Expires"], query["X-Amz-Algorithm"]) == (["60"], ["AWS4-HMAC-SHA256"])


async def test_a_bucket_or_a_server_that_is_away_may_come_back(endpoint: str) -> None:
    lost = S3Storage("nowhere-here", region="us-east-1", endpoint=endpoint, access_key="k", secret_key="s")
    with pytest.raises(StorageFailed):
        await lost.put(TENANT, "documents/one", b"words")
    away = S3Storage("any", region="us-east-1", endpoint="http://127.0.0.1:9", access_key="k", secret_key="s")
    with pytest.raises(StorageFailed):
        await away.get(TENANT, "documents/one")


async def test_the_settings_choose_it() -> None:
    chosen: Storage = composition.storage_for(Settings(storage="s3", s3_bucket="documents", storage_quota=0))
    assert isinstance(chosen, S3Storage)
    assert chosen.quota is None
    with pytest.raises(ValueError, match="name the bucket"):
        Settings(storage="s3")
