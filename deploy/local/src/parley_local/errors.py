"""What can go wrong with servers on one machine, each with what to do about it."""

from pathlib import Path


class LocalError(Exception):
    """Its text is written for the person at the terminal, who gets no traceback."""


class PlatformUnsupported(LocalError):
    def __init__(self, platform: str) -> None:
        super().__init__(
            f"There is no embedded PostgreSQL for {platform}. Name running servers instead: "
            "PARLEY_TEST_KAFKA=host:port and PARLEY_TEST_POSTGRES=postgresql://user@host/database."
        )


class CacheUnwritable(LocalError):
    def __init__(self, folder: Path, cause: OSError) -> None:
        super().__init__(
            f"The cache folder {folder} cannot be written ({cause.strerror or cause}). "
            "Set PARLEY_CACHE to a folder that can."
        )


class ArtefactsUnreachable(LocalError):
    def __init__(self, url: str, cause: str) -> None:
        super().__init__(
            f"{url} could not be fetched: {cause}. Without a network, set PARLEY_ARTEFACTS_URL to a "
            "mirror of Maven Central that this machine reaches, or copy the cache folder of a "
            "machine that has run `parley-local fetch` and set PARLEY_CACHE to it."
        )


class NoWayOut(LocalError):
    def __init__(self, cause: Exception) -> None:
        super().__init__(
            f"Nothing can be fetched with these settings: {cause}. Look at SSL_CERT_FILE, HTTPS_PROXY and ALL_PROXY "
            "(a SOCKS proxy needs the package socksio)."
        )


class Unreachable(LocalError):
    def __init__(self, variable: str, cause: BaseException) -> None:
        super().__init__(
            f"What {variable} names does not answer, or refuses us: {str(cause) or type(cause).__name__}."
        )


class ArtefactCorrupt(LocalError):
    def __init__(self, url: str, *, expected: str, found: str) -> None:
        super().__init__(
            f"{url} is not the file that the lock names: expected {expected}, found {found}. "
            "It was thrown away. A proxy or mirror may have answered in its place: try again, or "
            "set PARLEY_ARTEFACTS_URL to another mirror of Maven Central."
        )


class LockNotMade(LocalError):
    """The lock could not be made again: Maven is missing, or failed."""


class JavaMissing(LocalError):
    def __init__(self, tried: list[str]) -> None:
        super().__init__(
            "Kafka needs Java 17 or newer, and none was found "
            f"({'; '.join(tried)}). Install one, or set JAVA_HOME."
        )


class NoDatabaseAccount(LocalError):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"PostgreSQL cannot run here: {why}. Run as an ordinary user, or name a running "
            "server: PARLEY_TEST_POSTGRES=postgresql://user@host/database."
        )


class ServerFailed(LocalError):
    """A server did not start, or a tool of it ended with an error; holds the end of its log."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"{what}. The end of {log}:\n{tail(log)}")


class PortTaken(ServerFailed):
    """Somebody else listens where this server was told to."""


class NotEmpty(LocalError):
    def __init__(self, database: str, tables: list[str]) -> None:
        super().__init__(
            f"PARLEY_TEST_POSTGRES names the database {database}, which holds tables "
            f"({', '.join(tables)}). Name an empty one: nothing that matters may live there."
        )


class NotPrefixed(LocalError):
    def __init__(self, names: list[str], prefix: str) -> None:
        super().__init__(
            f"On a Kafka that others use too, every name starts with {prefix!r}; "
            f"these do not: {', '.join(names)}."
        )


class TopicsRefused(LocalError):
    """Kafka answered a request about topics with an error."""


class PackageMissing(LocalError):
    def __init__(self, package: str, command: str) -> None:
        super().__init__(f"{package} is not installed: `{command}`.")


class AlreadyRunning(LocalError):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Servers of {folder} are running already: `parley-local status` shows them, and "
            "`parley-local stop` ends them."
        )


class OtherNodes(LocalError):
    def __init__(self, folder: Path, nodes: int) -> None:
        super().__init__(
            f"The data in {folder} is that of a Kafka of {nodes}. Start it so, name another folder "
            "(--dir), or remove this one."
        )


def tail(log: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return f"(no log: {error.strerror})"
