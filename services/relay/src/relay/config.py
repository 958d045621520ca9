"""Settings, read once at start from RELAY_* variables."""

from pathlib import Path

from pydantic import Field, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseSettings):
    """All that a command beside the relay needs."""

    model_config = SettingsConfigDict(env_prefix="RELAY_", frozen=True)

    database_url: PostgresDsn = Field(
        description="The service database whose outbox is moved; not through PgBouncer"
    )
    database_password_file: Path | None = Field(
        default=None, description="Holds the password, and is read for each connection"
    )


class Settings(Database):
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
    kafka_topic_prefix: str = Field(default="", description="Before every topic's name (tests)")
    host: str = Field(default="127.0.0.1", description="Where probes and metrics are served")
    port: int = Field(default=8080, ge=0, le=65535)
    log_level: str = "INFO"
