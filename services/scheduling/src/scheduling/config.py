"""Settings, read once at start from SCHEDULING_* variables."""

from pathlib import Path

from pydantic import Field, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict

ROLES = ("web", "consume", "timers")
"""What a process takes on; all of it where nothing else is said."""


class Database(BaseSettings):
    """All that a migration has to know."""

    model_config = SettingsConfigDict(env_prefix="SCHEDULING_", frozen=True)

    database_url: PostgresDsn = Field(
        description="This service's own database; may lead through PgBouncer in transaction mode"
    )
    database_direct_url: PostgresDsn | None = Field(
        default=None, description="The same without PgBouncer: for migrations, LISTEN and locks"
    )
    database_password_file: Path | None = Field(
        default=None, description="Holds the password, and is read for each connection"
    )
    log_level: str = "INFO"

    @property
    def direct_dsn(self) -> str:
        return str(self.database_direct_url or self.database_url)


class Settings(Database):
    database_pool: int = Field(default=8, ge=2, le=100, description="Connections at most")
    kafka_bootstrap: str = Field(description="host:port, comma separated")
    kafka_security_protocol: str = Field(default="PLAINTEXT", pattern="^(SASL_)?(PLAINTEXT|SSL)$")
    kafka_sasl_mechanism: str = Field(
        default="SCRAM-SHA-512", pattern="^(SCRAM-SHA-(256|512)|PLAIN|OAUTHBEARER)$"
    )
    kafka_username: str = ""
    kafka_password_file: Path | None = None
    kafka_ca_file: Path | None = Field(
        default=None, description="Whom to trust as a broker; without it, whom the system trusts"
    )
    kafka_certificate_file: Path | None = Field(default=None, description="Our own, for mutual TLS")
    kafka_key_file: Path | None = None
    kafka_token_file: Path | None = Field(
        default=None, description="OAUTHBEARER: read for each connection"
    )
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
