"""Settings that name files, and settings that need each other."""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from cryptography import x509
from pydantic import BaseModel

from notifications.adapters.certificates import MARK
from notifications.adapters.check.findings import Findings
from notifications.adapters.links import Links


def look_at_files(
    settings: BaseModel,
    prefix: str,
    findings: Findings,
    *,
    now: datetime,
    but: Collection[str] = (),
) -> None:
    """Every setting that names a file: there, readable, not empty; a certificate among them valid now.
    `but` are settings that this process has no use for.
    """
    named = {name: path for name, path in settings if isinstance(path, Path) and name not in but}
    for name, path in named.items():
        setting = f"{prefix}{name.upper()}"
        try:
            content = path.read_bytes()
        except OSError as error:
            findings.lacks(setting, f"{path} cannot be read: {error.strerror}")
            continue
        if not content.strip():
            findings.lacks(setting, f"{path} is empty")
        elif trouble := _trouble_of_certificates(content, now):
            findings.lacks(setting, f"{path} {trouble}")
        else:
            findings.fine[setting] = str(path)


def look_at_kafka_settings(settings: Mapping[str, object], prefix: str, findings: Findings) -> None:
    """Those that the chosen way of proving who one is cannot do without."""
    protocol = str(settings["kafka_security_protocol"])
    for name in _needed(protocol, str(settings["kafka_sasl_mechanism"])):
        if not settings[name]:
            findings.lacks(f"{prefix}{name.upper()}", f"has to be set with {protocol}")
    if bool(settings["kafka_certificate_file"]) != bool(settings["kafka_key_file"]):
        findings.lacks(
            f"{prefix}KAFKA_CERTIFICATE_FILE", f"goes together with {prefix}KAFKA_KEY_FILE"
        )


def look_at_link_keys(path: Path | None, prefix: str, findings: Findings) -> None:
    setting = f"{prefix}LINK_KEYS"
    if path is None:
        findings.lacks(setting, "names no file, so that no signed link opens a page")
    elif path.exists() and not Links(path).loaded():
        findings.lacks(setting, f"{path} holds no public key: `keys public` prints them")


def _needed(protocol: str, mechanism: str) -> tuple[str, ...]:
    if not protocol.startswith("SASL"):
        return ()
    if mechanism == "OAUTHBEARER":
        return ("kafka_token_file",)
    return ("kafka_username", "kafka_password_file")


def _trouble_of_certificates(content: bytes, now: datetime) -> str | None:
    if MARK not in content:
        return None
    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError:
        return "holds a certificate that cannot be read"
    ended = [one.not_valid_after_utc for one in found if one.not_valid_after_utc <= now]
    begins = [one.not_valid_before_utc for one in found if one.not_valid_before_utc > now]
    if ended:
        return f"holds a certificate that ended at {min(ended):%Y-%m-%d %H:%M}Z"
    if begins:
        return f"holds a certificate that is valid from {max(begins):%Y-%m-%d %H:%M}Z on"
    return None
