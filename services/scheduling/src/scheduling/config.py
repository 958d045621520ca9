"""Settings, read once at start from SCHEDULING_* variables."""

from pathlib import Path

from pydantic import Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROLES = ("web", "consume", "timers")
"""What a process takes on; all of it where nothing else is said."""


class Database(BaseSettings):
    """All that a migration has to know."""

    model_config = SettingsConfigDict(env_prefix="SCHEDULING_", frozen=True)

    database_url: PostgresDsn = Field(description="This service's own database")
    log_level: str = "INFO"


class Settings(Database):
    database_pool: int = Field(default=8, ge=2, le=100, description="Connections at most")
    kafka_bootstrap: str = Field(description="host:port, comma separated")
    kafka_security_protocol: str = Field(default="PLAINTEXT", pattern="^(SASL_)?(PLAINTEXT|SSL)$")
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_group: str = Field(default="scheduling", description="Consumer group")
    kafka_topic_prefix: str = Field(default="", description="Before every topic's name (tests)")
    kafka_session_timeout_ms: int = Field(default=45_000, ge=6_000)
    host: str = Field(default="127.0.0.1", description="Where pages, probes and metrics are served")
    port: int = Field(default=8080, ge=0, le=65535)
    clock_file: Path | None = Field(
        default=None, description="Domain time from a conductor's file; real time without one"
    )
    link_keys: Path | None = Field(
        default=None, description="Public keys (JWK set) that signed links are verified with"
    )
    renew_url: str | None = Field(
        default=None, description="Where an expired link asks for a new one: notifications' page"
    )
    secure_cookies: bool = Field(default=True, description="False only where pages are plain http")
