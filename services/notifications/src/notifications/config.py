"""Settings, read once at start from NOTIFICATIONS_* variables."""

from pathlib import Path

from pydantic import Field, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict

ROLES = ("web", "consume", "timers")
"""What a process takes on; all of it where nothing else is said."""


class Database(BaseSettings):
    """All that a migration has to know."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True)

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
    database_pool: int = Field(default=12, ge=2, le=100, description="Connections at most")
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
    kafka_group: str = Field(default="notifications", description="Consumer group")
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
    signing_keys: Path | None = Field(
        default=None, description="Private keys (JWK set) that links are signed with"
    )
    renew_url: str | None = Field(
        default=None, description="Where an expired link asks for a new one: notifications' page"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080", description="Under which people reach this service's pages"
    )
    scheduling_url: str = Field(
        default="http://127.0.0.1:8081", description="Under which people reach scheduling's pages"
    )
    feedback_url: str = Field(
        default="http://127.0.0.1:8082", description="Under which people reach feedback's pages"
    )
    staff_public_url: str | None = Field(
        default=None, description="Under which staff reach these pages, where not as candidates do"
    )
    staff_scheduling_url: str | None = Field(default=None, description="The same for scheduling's")
    staff_feedback_url: str | None = Field(default=None, description="The same for feedback's")
    secure_cookies: bool = Field(default=True, description="False only where pages are plain http")
    link_days: int = Field(default=14, ge=1, le=90, description="How long a link in a mail lives")
    home_link_days: int = Field(default=30, ge=1, le=90, description="The same for a home's link")
    smtp_host: str = Field(default="127.0.0.1", description="Mail server")
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_tls: str = Field(default="none", pattern="^(none|starttls|tls)$")
    smtp_username: str | None = None
    smtp_password_file: Path | None = None
    smtp_ca_file: Path | None = Field(
        default=None,
        description="Whom to trust as a mail server; without it, whom the system trusts",
    )
    mail_from: str = Field(
        default="parley@localhost.localdomain",
        pattern=r"^[^\s@<>]+@[^\s@<>]+$",
        description="The mailbox that mails and invites come from",
    )
    mail_from_name: str = Field(default="Parley", pattern=r"^[^\x00-\x1f\x7f]{1,80}$")
    mail_only_to: str = Field(
        default="", description="Addresses or @domains, comma separated: nobody else gets mail"
    )
    mail_workers: int = Field(default=4, ge=1, le=32, description="Mails on their way at once")
    fuse_mails: int = Field(
        default=1000, ge=1, description="More mails than this in 10 minutes stop the mail"
    )

    @property
    def allowed_recipients(self) -> tuple[str, ...]:
        return tuple(one.strip().lower() for one in self.mail_only_to.split(",") if one.strip())
