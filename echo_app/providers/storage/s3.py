"""Storage in S3 or what speaks its language, by boto3 in a thread: one prefix a tenant."""

import asyncio
import threading
from typing import Any
from urllib.parse import quote
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from echo_app.providers.storage.base import NotStored, StorageFailed, checked_key

_MISSING = ("NoSuchKey", "404", "NotFound")


class S3Storage:
    """Keys and region come as boto3 finds them (environment, profile, role) where they are not given."""

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = "",
        region: str | None = None,
        endpoint: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        quota: int | None = None,
    ) -> None:
        self.quota = quota
        self._bucket = bucket
        self._prefix = prefix.strip("/")
        self._options: dict[str, Any] = {
            "region_name": region,
            "endpoint_url": endpoint,
            "aws_access_key_id": access_key,
            "aws_secret_access_key": secret_key,
        }
        self._made: Any = None
        self._making = threading.Lock()

    async def put(self, tenant_id: UUID, key: str, content: bytes) -> None:
        await self._call("put_object", Key=self._key(tenant_id, key), Body=content)

    async def get(self, tenant_id: UUID, key: str) -> bytes:
        return await asyncio.to_thread(self._read, self._key(tenant_id, key))

    async def delete(self, tenant_id: UUID, key: str) -> None:
        await self._call("delete_object", Key=self._key(tenant_id, key))

    async def link(self, tenant_id: UUID, key: str, name: str, seconds: int) -> str | None:
        values = {
            "Bucket": self._bucket,
            "Key": self._key(tenant_id, key),
            # Saved, never shown: what a tenant uploaded must not run as a page of the bucket's host.
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "ResponseContentType": "application/octet-stream",
        }
        # Signing asks nobody; but where credentials come from a role, fetching them does.
        return await asyncio.to_thread(self._sign, values, seconds)

    def _key(self, tenant_id: UUID, key: str) -> str:
        return "/".join(part for part in (self._prefix, tenant_id.hex, checked_key(key)) if part)

    async def _call(self, deed: str, **values: Any) -> None:
        await asyncio.to_thread(self._do, deed, values)

    def _do(self, deed: str, values: dict[str, Any]) -> Any:
        try:
            return getattr(self._client(), deed)(Bucket=self._bucket, **values)
        except ClientError as refused:
            raise _meant(refused) from refused
        except BotoCoreError as away:
            raise StorageFailed(str(away)) from away

    def _read(self, key: str) -> bytes:
        answer = self._do("get_object", {"Key": key})
        try:
            content: bytes = answer["Body"].read()
        except (BotoCoreError, OSError) as broken:
            raise StorageFailed(str(broken)) from broken
        return content

    def _sign(self, values: dict[str, Any], seconds: int) -> str:
        try:
            address: str = self._client().generate_presigned_url(
                "get_object", Params=values, ExpiresIn=seconds
            )
        except (BotoCoreError, ClientError) as failed:
            raise StorageFailed(str(failed)) from failed
        return address

    def _client(self) -> Any:
        # Made at first use: it takes a third of a second and 30 MB. One serves all threads.
        with self._making:
            if self._made is None:
                config = Config(
                    signature_version="s3v4",
                    connect_timeout=5,
                    read_timeout=30,
                    retries={"mode": "standard", "total_max_attempts": 3},
                    s3={"addressing_style": "path"} if self._options["endpoint_url"] else None,
                )
                self._made = boto3.session.Session().client("s3", config=config, **self._options)
            return self._made


def _meant(refused: ClientError) -> Exception:
    code = refused.response.get("Error", {}).get("Code", "")
    return NotStored() if code in _MISSING else StorageFailed(code or str(refused))
