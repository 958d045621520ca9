"""Production runs images by digest, written by one command."""

import pytest
import yaml
from deploy.manifests import digests

ONE = "sha256:" + "1" * 64


def test_a_named_image_is_run_by_its_digest_and_the_others_stay() -> None:
    before = yaml.safe_load(digests.FILE.read_text())["images"]

    text = digests.written(digests.FILE.read_text(), [f"registry.local:5000/x/parley-relay@{ONE}"])

    after = yaml.safe_load(text)["images"]
    assert after[:3] == before[:3]
    assert after[3] == {
        "name": "parley-relay",
        "newName": "registry.local:5000/x/parley-relay",
        "digest": ONE,
    }


def test_the_file_is_as_the_command_writes_it() -> None:
    assert digests.written(digests.FILE.read_text(), []) == digests.FILE.read_text()


@pytest.mark.parametrize("given", ["parley-relay:1.0", f"nginx@{ONE}", "parley-relay@sha256:1"])
def test_what_is_no_digest_of_ours_is_refused(given: str) -> None:
    with pytest.raises(digests.NotAnImage):
        digests.written(digests.FILE.read_text(), [given])
