"""Settings, read once at start from RELAY_* variables."""

from pydantic import Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseSettings):
    """All that a command beside the relay needs."""

    model_config = SettingsConfigDict(env_prefix="RELAY_", frozen=True)

    database_url: PostgresDsn = Field(description="The service database whose outbox is moved")


class Settings(Database):
    kafka_bootstrap: str = Field(description="host:port, comma separated")
    kafka_security_protocol: str = Field(default="PLAINTEXT", pattern="^(SASL_)?(PLAINTEXT|SSL)$")
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_topic_prefix: str = Field(default="", description="Before every topic's name (tests)")
    host: str = Field(default="127.0.0.1", description="Where probes and metrics are served")
    port: int = Field(default=8080, ge=0, le=65535)
    log_level: str = "INFO"
