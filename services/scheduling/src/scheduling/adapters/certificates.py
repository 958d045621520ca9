"""When the certificates that this process was given end: read at each scrape, for they are rotated."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry
from pydantic import BaseModel

NAME = "parley_certificate_expiry_timestamp_seconds"
MARK = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, eq=False)
class Certificates(Collector):
    """Every setting that names a PEM file with certificates, the first of them to end."""

    settings: BaseModel

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            NAME, "When the certificate of a setting ends", labels=["setting"]
        )
        for setting, path in self.settings:
            if isinstance(path, Path) and (ends := _ends(path)) is not None:
                family.add_metric([setting], ends)
        yield family


def watch(settings: BaseModel, registry: CollectorRegistry) -> None:
    registry.register(Certificates(settings))


def _ends(path: Path) -> float | None:
    """None for what is no certificate; 0, long ago, for one that cannot be read."""
    try:
        text = path.read_bytes()
        if MARK not in text:
            return None
        return min(
            one.not_valid_after_utc.timestamp() for one in x509.load_pem_x509_certificates(text)
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return 0.0
