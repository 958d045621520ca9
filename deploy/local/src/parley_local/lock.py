"""Makes `artefacts.lock` again, by asking Maven what the versions below stand on."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from parley_local.artefacts import ANY
from parley_local.errors import LockNotMade

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
# Kafka's own distribution carries it, its POM does not; the version is that of Kafka's log4j-core.
LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
POSTGRES = "io.zonky.test.postgres:embedded-postgres-binaries-{platform}:{version}"
POSTGRES_VERSIONS = ("18.4.0", "16.15.0")
"""What everything runs on, and the oldest that a service may meet."""
PLATFORMS = {
    "linux-amd64": True,
    "linux-arm64v8": False,
    "darwin-amd64": False,
    "darwin-arm64v8": False,
}
HEAD = """\
# Made by `parley-local lock`; paths are relative to a Maven repository's base address.
# Apache Kafka and what it runs on are the same files everywhere (platform = "any").
# Entries with tested = false are there to be tried: nobody has run them yet.
"""


def write_lock(target: Path) -> int:
    """Returns how many artefacts it names."""
    entries: list[str] = []
    # Maven knows one version of a thing at a time.
    for version in POSTGRES_VERSIONS:
        databases = [POSTGRES.format(platform=one, version=version) for one in PLATFORMS]
        servers = [KAFKA, LOGGING] if version == POSTGRES_VERSIONS[0] else []
        with tempfile.TemporaryDirectory(prefix="parley-lock-") as folder:
            found = resolve(Path(folder), [*servers, *databases])
            entries += [describe(*one) for one in found]
    target.write_text(HEAD + "".join(sorted(entries)), encoding="utf-8")
    return len(entries)


def resolve(folder: Path, roots: list[str]) -> list[tuple[str, Path, Path]]:
    """Coordinates, repository and file of all that Maven downloads for a run of these versions."""
    maven = shutil.which("mvn")
    if maven is None:
        raise LockNotMade("Making the lock needs Maven (`mvn`) on the PATH.")
    (folder / "pom.xml").write_text(pom(roots), encoding="utf-8")
    repository, listing = folder / "repository", folder / "listing"
    command = [
        maven, "--batch-mode", "--quiet", "--strict-checksums", "--file", str(folder / "pom.xml"),
        f"-Dmaven.repo.local={repository}", f"-DoutputFile={listing}",
        "-DincludeScope=runtime", "-DoutputAbsoluteArtifactFilename=true", "dependency:list",
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - found above
    if run.returncode != 0:
        raise LockNotMade(f"Maven could not resolve {', '.join(roots)}:\n{run.stdout[-2000:]}")
    lines = (line.strip() for line in listing.read_text(encoding="utf-8").splitlines())
    return [(*read_line(line), repository) for line in lines if ":jar:" in line]


def read_line(line: str) -> tuple[str, Path]:
    """`group:name:jar:version:scope:/path/of/name-version.jar -- module …`."""
    group, name, _, version, _, path = line.partition(" -- ")[0].strip().split(":")
    return f"{group}:{name}:{version}", Path(path)


def pom(roots: list[str]) -> str:
    dependencies = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId>"
        "<version>{}</version></dependency>".format(*map(escape, root.split(":")))
        for root in roots
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>lock</groupId><artifactId>lock</artifactId><version>1</version>"
        f"<dependencies>{dependencies}</dependencies></project>"
    )


def describe(coordinates: str, path: Path, repository: Path) -> str:
    platform = next((name for name in PLATFORMS if f"-{name}:" in coordinates), ANY)
    content = path.read_bytes()
    return (
        "\n[[artefact]]\n"
        f'coordinates = "{coordinates}"\n'
        f'path = "{path.relative_to(repository).as_posix()}"\n'
        f"size = {len(content)}\n"
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
        f'platform = "{platform}"\n'
        f"tested = {str(PLATFORMS.get(platform, True)).lower()}\n"
    )
