"""Writes which images production runs, each by its digest: what was looked at is what runs.

    python -m deploy.manifests.digests REGISTRY/parley-scheduling@sha256:… REGISTRY/parley-feedback@sha256:… …

An engine says the digest when it pushes: `docker push`, `buildah push --digestfile FILE`. Images that are not named stay as
they are; `git checkout` of the file is the way back.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

FILE = Path(__file__).parents[1] / "overlays" / "production" / "images" / "kustomization.yaml"
HEAD = "# Written by `python -m deploy.manifests.digests`; zeros stand for what nobody has pushed yet.\n"
NAMES = ("parley-scheduling", "parley-feedback", "parley-notifications", "parley-relay")
REFERENCE = re.compile(r"(?P<image>(?:[^\s@]+/)?(?P<name>[a-z-]+))@(?P<digest>sha256:[0-9a-f]{64})")


class NotAnImage(ValueError):
    """What was given names none of ours by its digest."""


def main(arguments: Sequence[str]) -> int:
    try:
        text = written(FILE.read_text(), arguments)
    except NotAnImage as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 2
    FILE.write_text(text)
    return 0


def written(text: str, references: Sequence[str]) -> str:
    """The file's text with each reference in the place of its image."""
    kustomization = yaml.safe_load(text)
    images = {image["name"]: image for image in kustomization["images"]}
    for reference in references:
        image = parsed(reference)
        images[image["name"]] = image
    kustomization["images"] = [images[name] for name in NAMES]
    return HEAD + yaml.safe_dump(kustomization, sort_keys=False, width=200)


def parsed(reference: str) -> dict[str, str]:
    found = REFERENCE.fullmatch(reference)
    if found is None or found["name"] not in NAMES:
        raise NotAnImage(f"{reference}: not REGISTRY/NAME@sha256:DIGEST of {', '.join(NAMES)}")
    return {"name": found["name"], "newName": found["image"], "digest": found["digest"]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
