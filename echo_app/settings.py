"""Every variable that changes how Echo runs: `ECHO_*` in the environment."""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ECHO_", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: Path = Path(".echo")
    database_url: str | None = Field(None, description="An outside Postgres instead of the embedded one")
    app_database_url: str | None = Field(None, description="The application's own login on that Postgres")
    public_url: str = Field("", description="Where people reach Echo; default http://localhost:PORT")
    widget_origin: str | None = Field(None, description="Another origin that serves the widget")
    demo: bool | None = Field(
        None,
        description="Make the demo tenant; default only with the embedded Postgres",
    )
    secret_key: str | None = Field(None, description="Signs widget tokens; default a file in the data folder")
    openai_api_key: str | None = None
    openai_base_url: str | None = None
    openai_model: str = "gpt-5-mini"
    google_api_key: str | None = None
    google_base_url: str | None = None
    embeddings_base_url: str | None = Field(None, description="A server that speaks OpenAI's embeddings")
    embeddings_api_key: str | None = None
    embeddings_model: str = Field("default", description="The model that this server is asked for")
    embeddings_dimensions: int = Field(1024, ge=1, le=4000, description="How long that model's vectors are")
    embeddings_longest_tokens: int = Field(512, ge=32, description="How much of a text that model reads")
    crawl_private_hosts: str = Field(
        "",
        description="Hosts of one's own network that websites may be crawled on, parted by commas; for tests and"
        " intranets. `host` or `host:port`",
    )
    storage: Literal["local", "s3"] = Field("local", description="Where documents' original bytes are kept")
    storage_quota: int | None = Field(
        5_000_000_000, ge=0, description="Bytes of originals a company may keep; 0 for any number"
    )
    s3_bucket: str | None = Field(None, validate_default=True)
    s3_prefix: str = Field("", description="Put before every key, when the bucket is shared with others")
    s3_region: str | None = None
    s3_endpoint: str | None = Field(None, description="Another server than Amazon's that speaks S3")
    s3_access_key: str | None = Field(
        None, description="Default: what the machine's own role or profile says"
    )
    s3_secret_key: str | None = None
    log_level: str = "info"

    @field_validator("s3_bucket")
    @classmethod
    def _needed_by_s3(cls, bucket: str | None, values: ValidationInfo) -> str | None:
        if bucket is None and values.data.get("storage") == "s3":
            raise ValueError("name the bucket that ECHO_STORAGE=s3 keeps documents in")
        return bucket

    def model_post_init(self, context: object) -> None:
        self.data_dir = self.data_dir.expanduser().absolute()
        self.public_url = (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def makes_demo(self) -> bool:
        return self.demo if self.demo is not None else self.database_url is None

    @property
    def widget_url(self) -> str:
        return (self.widget_origin or self.public_url).rstrip("/")

    @property
    def private_hosts(self) -> frozenset[str]:
        return frozenset(host for host in self.crawl_private_hosts.replace(",", " ").lower().split())

    def signing_key(self) -> str:
        """The secret that signs widget tokens, made at first use and kept in the data folder (mode 600).

        Several web machines must share it: set ECHO_SECRET_KEY there.
        """
        if self.secret_key:
            return self.secret_key
        return _kept_secret(self.data_dir / "secret.key")


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            # link, not rename: whoever comes second keeps the first one's secret
            os.link(fresh, path)
        except FileExistsError:
            fresh.unlink()
        else:
            fresh.unlink()
    return path.read_text().strip()
