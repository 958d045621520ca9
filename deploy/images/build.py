"""Builds the images of the services, and the one that a cluster is tried with, by whichever engine answers.

    python deploy/images/build.py [--base IMAGE] [--tag TAG] [--registry NAME] [--archive FOLDER] [NAME …]

All that goes into an image is fetched here, by the hashes of the lock file; the engine needs no network but for
the base image. Beside each context lies the image's SBOM (CycloneDX).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "images"
PYTHON = "3.11"
"""As in the base image: wheels are made for one."""
PLATFORMS = ("manylinux_2_36", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
ENGINES = ("docker", "podman", "buildah")
PIP = "pip==26.0"
SOURCE = "https://github.com/parley/parley"


@dataclass(frozen=True)
class Image:
    name: str
    folder: Path
    package: str

    @property
    def context(self) -> Path:
        return BUILD / self.name


IMAGES = {
    name: Image(name, ROOT / folder, f"parley-{name}")
    for name, folder in {
        "scheduling": "services/scheduling",
        "feedback": "services/feedback",
        "notifications": "services/notifications",
        "relay": "services/relay",
        "local": "deploy/local",
    }.items()
}


class CannotBuild(Exception):
    """With what is missing, and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = parser().parse_args(arguments)
    try:
        engine = chosen.engine or find_engine()
        for name in chosen.names or list(IMAGES):
            image = IMAGES[name]
            prepare(image)
            tag = f"{chosen.registry}/parley-{name}:{chosen.tag}"
            build(engine, image, tag, base=chosen.base)
            if chosen.archive is not None:
                archive(engine, tag, chosen.archive / f"parley-{name}-{chosen.tag}.tar")
            say(tag)
    except CannotBuild as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    parsing = argparse.ArgumentParser(prog="make images", description=__doc__)
    parsing.add_argument("names", nargs="*", choices=[*IMAGES, []], metavar="NAME")
    parsing.add_argument("--base", help="the image with Python that they stand on")
    parsing.add_argument("--tag", default="dev")
    parsing.add_argument("--registry", default="localhost")
    parsing.add_argument("--engine", choices=ENGINES)
    parsing.add_argument("--archive", type=Path, help="a folder to write them to, as tar files")
    return parsing


def find_engine() -> str:
    """The first that answers: a client without its daemon does not."""
    for name in ENGINES:
        asked = [name, "info"]
        if shutil.which(name) and answers(asked):
            return name
    raise CannotBuild(f"None of {', '.join(ENGINES)} answers here; install one and try again.")


def answers(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def prepare(image: Image) -> None:
    """The folder that the engine sees: wheels by the lock file's hashes, ours beside them, and pip to install them."""
    shutil.rmtree(image.context, ignore_errors=True)
    own, wheels = image.context / "own", image.context / "wheels"
    own.mkdir(parents=True)
    wheels.mkdir()
    requirements = image.context / "requirements.txt"
    exporting = [uv(), "export", "--quiet", "--frozen", "--no-dev", "--package", image.package]
    run([*exporting, "--no-emit-workspace", "--output-file", str(requirements)])
    sbom = BUILD / f"{image.name}.cdx.json"
    bill = ["--format", "cyclonedx1.5", "--preview-features", "sbom-export"]
    run([*exporting, *bill, "--output-file", str(sbom)])
    download(["--require-hashes", "--requirement", str(requirements)], wheels)
    download([PIP], image.context)
    (found,) = image.context.glob("pip-*.whl")
    found.rename(image.context / "pip.whl")
    needed = {image.package} | ({"parley-contracts"} if uses_contracts(image) else set())
    for package in sorted(needed):
        run([uv(), "build", "--quiet", "--wheel", "--package", package, "--out-dir", str(own)])
    (own / ".gitignore").unlink(missing_ok=True)
    shutil.copy(ROOT / "deploy" / "images" / "slim.py", image.context)
    if image.name == "local":
        bring_artefacts(image)


def uses_contracts(image: Image) -> bool:
    project = tomllib.loads((image.folder / "pyproject.toml").read_text())["project"]
    return "parley-contracts" in project["dependencies"]


def bring_artefacts(image: Image) -> None:
    """Kafka and PostgreSQL as the lock file names them."""
    cache = image.context / "artefacts"
    place = Path(os.environ.get("PARLEY_CACHE") or Path.home() / ".cache" / "parley")
    run([sys.executable, "-m", "parley_local", "fetch"], PARLEY_CACHE=str(place))
    shutil.copytree(place / "artefacts", cache)


def download(wanted: Sequence[str], to: Path) -> None:
    machine = os.uname().machine
    platforms = [word for one in PLATFORMS for word in ("--platform", f"{one}_{machine}")]
    target = [*platforms, "--python-version", PYTHON, "--implementation", "cp"]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    run([sys.executable, "-m", "pip", "download", *quiet, *target, "--dest", str(to), *wanted])


def build(engine: str, image: Image, tag: str, *, base: str | None) -> None:
    given = {"VERSION": version(), "REVISION": revision(), "SOURCE": SOURCE}
    if base is not None:
        given["BASE"] = base
    settings = [word for name, value in given.items() for word in ("--build-arg", f"{name}={value}")]  # fmt: skip
    file = ["--file", str(image.folder / "Containerfile")]
    how = ["build", "--pull=false"] if base is not None and engine != "docker" else ["build"]
    run([engine, *how, *settings, *file, "--tag", tag, str(image.context)])


def archive(engine: str, tag: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    if engine == "buildah":
        run([engine, "push", tag, f"docker-archive:{file}:{tag}"])
    else:
        run([engine, "save", "--output", str(file), tag])


def version() -> str:
    project = tomllib.loads((ROOT / "libs" / "contracts" / "pyproject.toml").read_text())
    found: str = project["project"]["version"]
    return found


def revision() -> str:
    """Empty where this is no checkout."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else "uv"


def run(command: Sequence[str], **environment: str) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-3000:]
        raise CannotBuild(f"{json.dumps(list(command[:3]))} failed:\n{said}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
