"""When a certificate ends is told from the file that a setting names, at each scrape."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from prometheus_client import CollectorRegistry
from pydantic import BaseModel
from tests.conformance.tally import Plumbing

MADE = datetime(2027, 1, 1, tzinfo=UTC)
NAME = "parley_certificate_expiry_timestamp_seconds"


class Given(BaseModel):
    kafka_ca: Path | None = None
    link_keys: Path | None = None
    host: str = "127.0.0.1"


def certificate(days: int) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kafka")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MADE)
        .not_valid_after(MADE + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def told(plumbing: Plumbing, settings: Given) -> CollectorRegistry:
    registry = CollectorRegistry()
    plumbing.certificates.watch(settings, registry)
    return registry


def test_the_first_to_end_is_told_and_a_rotated_file_is_read_anew(
    plumbing: Plumbing, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(certificate(90) + certificate(30))
    registry = told(plumbing, Given(kafka_ca=path))
    ends = (MADE + timedelta(days=30)).timestamp()
    assert registry.get_sample_value(NAME, {"setting": "kafka_ca"}) == ends

    path.write_bytes(certificate(365))

    ends = (MADE + timedelta(days=365)).timestamp()
    assert registry.get_sample_value(NAME, {"setting": "kafka_ca"}) == ends


def test_keys_and_files_that_are_not_there_are_no_certificates(
    plumbing: Plumbing, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"keys": []}')
    registry = told(plumbing, Given(link_keys=keys, kafka_ca=tmp_path / "missing.pem"))

    assert [family.samples for family in registry.collect()] == [[]]


def test_a_certificate_that_cannot_be_read_ended_long_ago(
    plumbing: Plumbing, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(b"-----BEGIN CERTIFICATE-----\nodd\n-----END CERTIFICATE-----\n")

    assert told(plumbing, Given(kafka_ca=path)).get_sample_value(NAME, {"setting": "kafka_ca"}) == 0
