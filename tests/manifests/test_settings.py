"""What a pod is given is what its program reads: every name a setting, every file mounted."""

import importlib
from pathlib import PurePosixPath
from typing import Any

import pytest
from pydantic_settings import BaseSettings
from tests.manifests.rendering import (
    OVERLAYS,
    SERVICES,
    Manifest,
    name_of,
    of_kind,
    overlay,
    pod_of,
    workloads,
)

FILES = ("_FILE", "_KEYS")
ROOTS = "sslrootcert="


def given(name: str, workload: Manifest) -> dict[str, str]:
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(overlay(name), "ConfigMap")}
    (container,) = pod_of(workload)["spec"]["containers"]
    found: dict[str, str] = {}
    for one in container["envFrom"]:
        found |= maps[one["configMapRef"]["name"]]
    return found


def ours(name: str) -> list[Manifest]:
    return [
        one
        for one in workloads(overlay(name))
        if pod_of(one)["metadata"]["labels"]["app.kubernetes.io/name"] in SERVICES
    ]


def settings_of(workload: Manifest) -> type[BaseSettings]:
    labels = pod_of(workload)["metadata"]["labels"]
    role = labels["app.kubernetes.io/component"]
    module = "relay" if role == "relay" else labels["app.kubernetes.io/name"]
    read: Any = importlib.import_module(f"{module}.config")
    found: type[BaseSettings] = read.Database if role == "migrate" else read.Settings
    return found


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_name_is_a_setting_and_all_are_accepted(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for workload in ours(name):
        settings = settings_of(workload)
        prefix = settings.model_config["env_prefix"]
        variables = given(name, workload)
        known = {f"{prefix}{field.upper()}" for field in settings.model_fields}
        assert variables.keys() <= known, name_of(workload)
        with monkeypatch.context() as environment:
            for variable, value in variables.items():
                environment.setenv(variable, value)
            settings()


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_file_that_is_read_is_mounted(name: str) -> None:
    """A file of a role that does not read it may be absent: links are signed by web and timers alone."""
    for workload in ours(name):
        (container,) = pod_of(workload)["spec"]["containers"]
        mounted = [PurePosixPath(one["mountPath"]) for one in container["volumeMounts"]]
        for variable, value in given(name, workload).items():
            if not reads(workload, variable, value):
                continue
            file = PurePosixPath(value.partition(ROOTS)[2] or value)
            assert any(file.is_relative_to(one) for one in mounted), (name_of(workload), variable)


def reads(workload: Manifest, variable: str, value: str) -> bool:
    role: str = pod_of(workload)["metadata"]["labels"]["app.kubernetes.io/component"]
    if variable.endswith("_KEYS"):
        return role == "web"
    if "_SMTP_" in variable:
        return role == "timers" and variable.endswith(FILES)
    return variable.endswith(FILES) or ROOTS in value


def test_production_is_encrypted_all_the_way() -> None:
    for workload in ours("production"):
        variables = given("production", workload)
        for variable, value in variables.items():
            if variable.endswith("_DATABASE_URL"):
                assert "sslmode=verify-full" in value
                assert ":" not in value.split("@")[0].partition("//")[2], "a password"
            if variable.endswith("_KAFKA_BOOTSTRAP"):
                prefix = variable.removesuffix("BOOTSTRAP")
                assert variables[f"{prefix}SECURITY_PROTOCOL"] == "SASL_SSL"
                assert variables[f"{prefix}SASL_MECHANISM"] == "SCRAM-SHA-512"
            if variable.endswith("_SMTP_HOST"):
                assert variables["NOTIFICATIONS_SMTP_TLS"] in {"starttls", "tls"}
            if variable.endswith("_URL") and "DATABASE" not in variable:
                assert value.startswith("https://")


def test_each_speaks_to_kafka_under_a_name_that_has_its_rights() -> None:
    users = {one["metadata"]["name"] for one in of_kind(overlay("production"), "KafkaUser")}

    for workload in ours("production"):
        labels = pod_of(workload)["metadata"]["labels"]
        service, role = labels["app.kubernetes.io/name"], labels["app.kubernetes.io/component"]
        if role == "migrate":
            continue
        user = f"{service}-relay" if role == "relay" else service
        secrets = {
            one["name"]: one["secret"]["secretName"]
            for one in pod_of(workload)["spec"]["volumes"]
            if "secret" in one
        }
        names = {
            value
            for variable, value in given("production", workload).items()
            if variable.endswith("_KAFKA_USERNAME")
        }
        assert names == {user} == {secrets["kafka"]} <= users
