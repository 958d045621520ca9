"""`check`: all is there, and nothing is said to be missing; one thing is not, and it is named."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

import asyncpg
import pytest
import trustme
from joserfc.jwk import OKPKey
from pydantic import BaseModel
from tests.conformance.roles import Roles
from tests.conformance.secured import (
    DESCRIBE,
    DESCRIBE_CONFIGS,
    GROUP,
    READ,
    TOPIC,
    WRITE,
    SecuredKafka,
    give_certificate,
    secured_kafka,
)
from tests.conformance.tally import Plumbing
from tests.support.typed import run

from parley_contracts.topics import TOPICS
from parley_local.topics import Kafka


class Named(BaseModel):
    certificate: Path


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secured(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecuredKafka]:
    with secured_kafka(tmp_path_factory.mktemp("kafka"), authority) as kafka:
        yield kafka


@pytest.fixture
async def migrated(plumbing: Plumbing, database: str) -> str:
    done = await run(plumbing.service, database, "migrate")
    assert done.status == 0, done.error
    return database


def part(plumbing: Plumbing, name: str) -> ModuleType:
    return import_module(f"{plumbing.service}.adapters.check.{name}")


def read_by(service: str) -> list[str]:
    return [one.name for one in TOPICS.values() if service in {*one.consumers, *one.owners}]


async def make_topics(kafka: Kafka, prefix: str, service: str) -> None:
    for name in read_by(service):
        topic = TOPICS[name]
        await kafka.create_topics([prefix + name], partitions=topic.partitions, config=topic.config)


def keys_of(folder: Path) -> dict[str, str]:
    key = OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=False)
    (folder / "public.json").write_text(json.dumps({"keys": [key]}))
    return {"link_keys": str(folder / "public.json")}


@pytest.fixture
async def there(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str, tmp_path: Path
) -> Mapping[str, str]:
    """Settings of an installation that has all it needs, but for the mail."""
    await make_topics(kafka, topic_prefix, plumbing.service)
    return {
        "kafka_bootstrap": kafka.bootstrap,
        "kafka_topic_prefix": topic_prefix,
        "kafka_group": f"{topic_prefix}group",
        **keys_of(tmp_path),
    }


def of_the_plumbing(warnings: list[str]) -> list[str]:
    """What notifications alone needs is looked at in tests/notifications."""
    own = ("NOTIFICATIONS_SMTP_HOST", "NOTIFICATIONS_SIGNING_KEYS")
    return [one for one in warnings if not one.startswith(own)]


async def test_nothing_is_missing_where_all_is_there(
    plumbing: Plumbing, migrated: str, there: Mapping[str, str]
) -> None:
    found = await run(plumbing.service, migrated, "check", "--json", **there)

    assert of_the_plumbing(found.report["warnings"]) == []
    assert found.report["notes"] == []
    prefix = there["kafka_topic_prefix"]
    assert found.report["fine"].keys() >= {
        f"{plumbing.service.upper()}_DATABASE_URL",
        f"group {prefix}group",
        *(f"topic {prefix}{name}" for name in read_by(plumbing.service)),
    }
    if plumbing.service != "notifications":
        assert found.status == 0


async def test_every_setting_that_is_missing_is_named(plumbing: Plumbing) -> None:
    found = await run(plumbing.service, None, "check", kafka_security_protocol="TLS")

    name = plumbing.service.upper()
    assert found.status == 2
    assert f"{name}_DATABASE_URL: Field required" in found.error
    assert f"{name}_KAFKA_SECURITY_PROTOCOL: String should match" in found.error


async def test_all_that_is_missing_is_named_at_once(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("\n")
    service, name = plumbing.service, plumbing.service.upper()
    found = await run(
        service,
        "postgresql://nobody@127.0.0.1:1/none",
        "check",
        kafka_bootstrap=kafka.bootstrap,
        kafka_topic_prefix=topic_prefix,
        kafka_group=f"{topic_prefix}group",
        kafka_certificate_file=str(tmp_path / "tls.crt"),
        database_password_file=str(tmp_path / "password"),
    )

    assert found.status == 1
    for line in (
        f"! {name}_DATABASE_PASSWORD_FILE: {tmp_path}/password is empty",
        f"! {name}_KAFKA_CERTIFICATE_FILE: {tmp_path}/tls.crt cannot be read: No such file or directory",
        f"! {name}_KAFKA_CERTIFICATE_FILE: goes together with {name}_KAFKA_KEY_FILE",
        f"! {name}_LINK_KEYS: names no file, so that no signed link opens a page",
        f"! {name}_DATABASE_URL: no PostgreSQL answers there",
        *(f"! topic {topic_prefix}{topic}: is not there" for topic in read_by(service)),
    ):
        assert line in found.out


async def test_who_proves_to_be_somebody_needs_a_name_and_a_password(
    plumbing: Plumbing, migrated: str, there: Mapping[str, str], tmp_path: Path
) -> None:
    scram = await run(
        plumbing.service, migrated, "check", **there, kafka_security_protocol="SASL_PLAINTEXT"
    )
    (tmp_path / "public.json").write_text('{"keys": []}')
    token = await run(
        plumbing.service,
        migrated,
        "check",
        **there,
        kafka_security_protocol="SASL_PLAINTEXT",
        kafka_sasl_mechanism="OAUTHBEARER",
    )

    name = plumbing.service.upper()
    for setting in ("USERNAME", "PASSWORD_FILE"):
        assert f"! {name}_KAFKA_{setting}: has to be set with SASL_PLAINTEXT" in scram.out
    assert f"! {name}_KAFKA_TOKEN_FILE: has to be set with SASL_PLAINTEXT" in token.out
    assert f"! {name}_LINK_KEYS: {tmp_path}/public.json holds no public key" in token.out


async def test_only_what_a_role_has_a_use_for_is_asked_of_it(
    plumbing: Plumbing, migrated: str, there: Mapping[str, str], tmp_path: Path
) -> None:
    gone = {**there, "link_keys": str(tmp_path / "nowhere.json")}
    if plumbing.service == "notifications":
        gone["signing_keys"] = str(tmp_path / "nowhere-else.json")

    web = await run(plumbing.service, migrated, "check", "--roles", "web", **gone)
    consume = await run(plumbing.service, migrated, "check", "--roles", "consume", **gone)

    assert f"! {plumbing.service.upper()}_LINK_KEYS" in web.out
    assert (consume.status, consume.error) == (0, ""), consume.out


async def test_a_topic_that_is_another_than_the_table_says(
    plumbing: Plumbing, migrated: str, there: Mapping[str, str], kafka: Kafka
) -> None:
    odd = there["kafka_topic_prefix"] + "ats.people.v1"
    await kafka.delete_topics([odd])
    await kafka.create_topics([odd], partitions=3, config={"cleanup.policy": "delete"})

    found = await run(plumbing.service, migrated, "check", **there)

    assert f"! topic {odd}: has 3 partitions instead of 24" in found.out
    assert f"! topic {odd}: cleanup.policy is delete instead of compact" in found.out
    assert found.status == 1


async def test_a_database_that_no_migration_knows_is_a_note(
    plumbing: Plumbing, database: str, there: Mapping[str, str]
) -> None:
    found = await run(plumbing.service, database, "check", "--json", **there)

    assert of_the_plumbing(found.report["warnings"]) == []
    (note,) = found.report["notes"]
    assert note.endswith("migrations are to be run")


async def test_what_a_role_may_not_do_is_named(
    plumbing: Plumbing, roles: Roles, there: Mapping[str, str]
) -> None:
    service = plumbing.service
    directly = {"database_direct_url": roles.of("migrate")}
    before = await run(service, roles.of("serve"), "check", "--migrate", **directly)
    await run(service, roles.of("serve"), "migrate", **directly)
    serving = await run(service, roles.of("serve"), "check", "--json", **there)
    superuser = await asyncpg.connect(roles.dsn)
    # A role's name is no parameter in SQL; this one is ours.
    await superuser.execute(f"revoke update on inbox from {roles.name}_serve")
    await superuser.close()

    reading = await run(service, roles.of("read"), "check", **there)
    lacking = await run(service, roles.of("serve"), "check", **there)
    migrating = await run(service, roles.of("serve"), "check", "--migrate")

    assert (before.status, before.error) == (0, ""), before.out
    assert of_the_plumbing(serving.report["warnings"]) == []
    setting, serve = f"! {service.upper()}_DATABASE_URL", f"{roles.name}_serve"
    assert f"{setting}: {roles.name}_read has no right to outbox: delete" in reading.out
    assert f"{setting}: {serve} has no right to inbox: update" in lacking.out
    assert f"{setting}: {serve} has no right to create in the schema public" in migrating.out
    assert f"{setting}: inbox belongs to {roles.name}_migrate" in migrating.out


async def test_two_addresses_of_two_databases(
    plumbing: Plumbing, migrated: str, another_database: str, there: Mapping[str, str]
) -> None:
    found = await run(
        plumbing.service, migrated, "check", **there, database_direct_url=another_database
    )

    name = plumbing.service.upper()
    assert f"! {name}_DATABASE_URL: leads elsewhere than {name}_DATABASE_DIRECT_URL" in found.out


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (timedelta(), None),
        (timedelta(seconds=-40), "its clock is 40 s ahead of ours: set both by NTP"),
        (timedelta(hours=2), "its clock is 7200 s behind ours: set both by NTP"),
    ],
)
async def test_clocks_that_differ(
    plumbing: Plumbing, migrated: str, ours: timedelta, said: str | None
) -> None:
    check = part(plumbing, "database")
    findings = part(plumbing, "findings").Findings()

    await check.look_at_database(
        check.places("X_", migrated, None),
        None,
        plumbing.migrate.migrations(plumbing.service),
        findings,
        wall=lambda: datetime.now(UTC) + ours,
        migrates=False,
    )

    assert findings.missing == ([] if said is None else [f"X_DATABASE_URL: {said}"])


async def test_a_right_that_kafka_withholds_is_named(
    plumbing: Plumbing,
    migrated: str,
    secured: SecuredKafka,
    authority: trustme.CA,
    tmp_path: Path,
) -> None:
    service = plumbing.service
    prefix = f"{service}-"
    group = f"{prefix}group"
    await make_topics(secured.cluster, prefix, service)
    secured.access("scram", tmp_path, authority)
    settings = {
        "kafka_bootstrap": secured.bootstrap("scram"),
        "kafka_topic_prefix": prefix,
        "kafka_group": group,
        "kafka_security_protocol": "SASL_SSL",
        "kafka_username": "parley-service",
        "kafka_password_file": str(tmp_path / "password"),
        "kafka_ca_file": str(tmp_path / "ca.crt"),
        **keys_of(tmp_path),
    }
    before = await run(service, migrated, "check", "--json", **settings)
    unread, unseen, shut = [prefix + one for one in read_by(service)[:3]]
    await secured.forbid(READ, TOPIC, unread)
    await secured.forbid(DESCRIBE, TOPIC, unseen)
    await secured.forbid(DESCRIBE_CONFIGS, TOPIC, shut)
    await secured.forbid(READ, GROUP, group)

    after = await run(service, migrated, "check", "--json", **settings)

    assert of_the_plumbing(before.report["warnings"]) == []
    assert set(of_the_plumbing(after.report["warnings"])) == {
        f"topic {unread}: this user has no right to read it (ACL Read)",
        f"topic {unseen}: this user may not even see it (ACL Describe, Read)",
        f"group {group}: this user has no right to read in it (ACL Read, Describe)",
    }
    assert after.report["notes"] == [
        f"topic {shut}: its settings may not be seen (ACL DescribeConfigs)"
    ]
    (tmp_path / "password").write_text("guessed")
    stranger = await run(service, migrated, "check", **settings)
    authority.issue_cert("elsewhere.example").cert_chain_pems[0].write_to_path(tmp_path / "ca.crt")
    distrusting = await run(service, migrated, "check", **settings)
    nobody = await run(service, migrated, "check", **settings | {"kafka_bootstrap": "127.0.0.1:1"})
    name = service.upper()
    assert f"! {name}_KAFKA_BOOTSTRAP: the login is refused" in stranger.out
    assert f"! {name}_KAFKA_BOOTSTRAP: TLS fails: CERTIFICATE_VERIFY_FAILED" in distrusting.out
    assert f"! {name}_KAFKA_BOOTSTRAP: no Kafka answers there: " in nobody.out


def test_a_certificate_that_has_ended(
    plumbing: Plumbing, authority: trustme.CA, tmp_path: Path
) -> None:
    give_certificate(authority, tmp_path)
    settings = Named(certificate=tmp_path / "tls.crt")
    looked = {}
    for when in (
        datetime.now(UTC),
        datetime(1990, 1, 1, tzinfo=UTC),
        datetime(3020, 1, 1, tzinfo=UTC),
    ):
        findings = part(plumbing, "findings").Findings()
        part(plumbing, "files").look_at_files(settings, "X_", findings, now=when)
        looked[when.year] = findings.missing

    today, too_early, too_late = looked.values()
    assert today == []
    assert "holds a certificate that is valid from" in too_early[0]
    assert "holds a certificate that ended at" in too_late[0]


async def test_the_relay_may_write_and_find_its_outbox(
    plumbing: Plumbing, roles: Roles, secured: SecuredKafka, authority: trustme.CA, tmp_path: Path
) -> None:
    service = plumbing.service
    prefix, owned = f"relay-{service}-", [n for n, t in TOPICS.items() if service in t.owners]
    await make_topics(secured.cluster, prefix, service)
    secured.access("scram", tmp_path, authority)
    settings = {
        "kafka_bootstrap": secured.bootstrap("scram"),
        "kafka_topic_prefix": prefix,
        "kafka_security_protocol": "SASL_SSL",
        "kafka_username": "parley-service",
        "kafka_password_file": str(tmp_path / "password"),
        "kafka_ca_file": str(tmp_path / "ca.crt"),
    }
    words = ("check", "--topics", ",".join([*owned, "parley.nowhere.v1"]))
    early = await run("relay", roles.of("serve"), *words, **settings)
    await run(service, roles.of("serve"), "migrate", database_direct_url=roles.of("migrate"))
    before = await run("relay", roles.of("serve"), *words[:-1], ",".join(owned), **settings)
    await secured.forbid(WRITE, TOPIC, prefix + owned[0])

    after = await run("relay", roles.of("read"), *words, **settings)

    assert "there is no outbox yet, for no migration has run" in early.out
    assert (before.status, before.error) == (0, ""), before.out
    assert after.status == 1
    for line in (
        "! RELAY_DATABASE_URL: no right to outbox: delete",
        "! RELAY_DATABASE_URL: no right to make_published_day: execute",
        f"! topic {prefix}{owned[0]}: this user has no right to write to it (ACL Write)",
        f"! topic {prefix}parley.nowhere.v1: is not there",
    ):
        assert line in after.out


async def test_a_relay_that_finds_nobody(tmp_path: Path) -> None:
    found = await run("relay", "postgresql://nobody@127.0.0.1:1/none", "check")

    assert found.status == 1
    assert "! RELAY_DATABASE_URL: no PostgreSQL answers there" in found.out
    assert "! RELAY_KAFKA_BOOTSTRAP: no Kafka answers there" in found.out
