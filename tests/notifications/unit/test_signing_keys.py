"""Keys turn over in whatever order somebody tries it: no link is broken, and none is signed too early."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.notifications.links import BASES

from notifications.adapters import key_commands
from notifications.adapters.check.findings import Findings
from notifications.adapters.check.mail import TRIAL, look_at_signing
from notifications.adapters.links import Links
from notifications.adapters.mail_links import LONGEST_LINK
from notifications.adapters.signing import NoSigningKey, Signer
from notifications.adapters.signing_keys import (
    KeyRefused,
    Keys,
    SigningKey,
    add,
    fresh,
    public_set,
    retire,
    shown_by_all,
    signing,
    use,
)

BEGIN = datetime(2027, 3, 1, tzinfo=UTC)
SERVICES = ("scheduling", "feedback", "notifications")


def made(kid: str, now: datetime) -> SigningKey:
    return SigningKey({"kid": kid, "x": "public", "d": "private"}, made_at=now)


def kids(keys: Keys) -> list[str]:
    return [one.kid for one in keys]


def text(service: str, *loaded: str) -> str:
    lines = [f'parley_build_info{{service="{service}",version="1"}} 1']
    lines += [f'parley_link_key_loaded{{kid="{kid}"}} 1' for kid in loaded]
    return "\n".join(lines) + "\n"


steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "use", "retire", "show", "wait"]),
        st.integers(0, 3),
        st.integers(1, 130),
    ),
    max_size=40,
)


@given(steps)
def test_no_link_breaks_and_none_is_signed_before_its_key_is_shown(
    tried: Sequence[tuple[str, int, int]],
) -> None:
    now, keys, shown, links = BEGIN, add((), made("k0", BEGIN), now=BEGIN), {"k0"}, {"k0": BEGIN}
    count = 1
    for what, which, days in tried:
        kid = f"k{which}"
        try:
            if what == "add":
                keys, count = add(keys, made(f"k{count}", now), now=now), count + 1
            elif what == "use":
                keys = use(keys, kid, shown, now=now)
            elif what == "retire":
                keys = retire(keys, kid, now=now)
        except KeyRefused:
            continue
        if what == "show":
            shown = set(kids(keys))
        elif what == "wait":
            now += timedelta(days=days)
        used = signing(keys)
        assert used is not None
        assert used.kid in shown
        links[used.kid] = now
        assert [one.in_use for one in keys].count(True) == 1
        for signed_with, last in links.items():
            if now < last + LONGEST_LINK:
                assert signed_with in kids(keys)


def test_the_first_key_signs_at_once_and_the_second_waits() -> None:
    one = add((), made("a", BEGIN), now=BEGIN)
    two = add(one, made("b", BEGIN), now=BEGIN)

    assert [key.in_use for key in two] == [True, False]
    with pytest.raises(KeyRefused, match="b is not shown yet"):
        use(two, None, frozenset({"a"}), now=BEGIN)
    later = use(two, None, frozenset({"a", "b"}), now=BEGIN)
    assert [key.in_use for key in later] == [False, True]
    assert use(later, "b", frozenset(), now=BEGIN) == later
    with pytest.raises(KeyRefused, match="a was in use before"):
        use(later, "a", frozenset({"a", "b"}), now=BEGIN)


def test_a_key_is_retired_when_none_of_its_links_lives() -> None:
    keys = add(add((), made("a", BEGIN), now=BEGIN), made("b", BEGIN), now=BEGIN)
    keys = use(keys, "b", {"b"}, now=BEGIN)
    over = BEGIN + LONGEST_LINK + timedelta(days=1)

    with pytest.raises(KeyRefused, match="may live until 2027-08-29 00:00Z"):
        retire(keys, "a", now=over - timedelta(seconds=1))
    assert kids(retire(keys, "a", now=over)) == ["b"]
    with pytest.raises(KeyRefused, match="b is in use"):
        retire(keys, "b", now=over)
    with pytest.raises(KeyRefused, match="there is no key c"):
        retire(keys, "c", now=over)


def test_a_key_that_never_signed_is_retired_at_any_time() -> None:
    keys = add(add((), made("a", BEGIN), now=BEGIN), made("b", BEGIN), now=BEGIN)

    assert kids(retire(keys, "b", now=BEGIN)) == ["a"]


def test_the_public_set_says_nothing_of_a_keys_life() -> None:
    keys = add((), made("a", BEGIN), now=BEGIN)

    assert public_set(keys) == {"keys": [{"kid": "a", "x": "public"}]}


def test_shown_is_what_every_process_of_every_service_shows() -> None:
    texts = [text(one, "a", "b") for one in SERVICES]

    assert shown_by_all(texts) == {"a", "b"}
    assert shown_by_all([*texts, text("scheduling", "a")]) == {"a"}
    with pytest.raises(KeyRefused, match="nothing was shown by feedback"):
        shown_by_all([texts[0], texts[2]])


def test_a_key_that_signs_already_needs_no_evidence_and_changes_nothing(tmp_path: Path) -> None:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    key_commands.add(private, public, now=BEGIN)
    before = private.stat().st_ino, private.read_bytes()

    said = key_commands.use(private, None, [tmp_path / "gone"], now=BEGIN + timedelta(days=1))

    assert said.endswith(" signs since 2027-03-01 00:00Z")
    assert (private.stat().st_ino, private.read_bytes()) == before


def test_a_file_of_before_lives_were_kept_goes_on_and_loses_no_link(tmp_path: Path) -> None:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    signs, older = jwk(), jwk()
    private.write_text(json.dumps({"keys": [signs.as_dict(private=True)]}))
    public.write_text(json.dumps({"keys": [one.as_dict(private=False) for one in (signs, older)]}))
    claims = TRIAL.model_dump(exclude_none=True)
    header = {"alg": "Ed25519", "kid": older.kid}
    sent = jwt.encode(header, claims, older, algorithms=["Ed25519"])
    links = Links(public)

    assert looked_at(Signer(private, BASES), links).missing == []
    with pytest.raises(KeyRefused, match="does not hold the older keys yet"):
        key_commands.public(private)
    key_commands.add(private, public, now=BEGIN)

    assert links.claims(sent) == TRIAL
    assert len(links.loaded()) == 3
    assert json.loads(key_commands.public(private)) == json.loads(public.read_text())
    assert looked_at(Signer(private, BASES), links).missing == []
    with pytest.raises(KeyRefused, match="may live until 2027-08-29 00:00Z"):
        key_commands.retire(private, public, str(older.kid), now=BEGIN)


def test_keys_of_a_lost_private_file_go_on_verifying_and_the_new_one_waits(tmp_path: Path) -> None:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    key_commands.add(private, public, now=BEGIN)
    (lost,) = Links(public).loaded()
    private.unlink()

    said = key_commands.add(private, public, now=BEGIN)

    assert "signs nothing yet" in said
    assert lost in Links(public).loaded()
    with pytest.raises(NoSigningKey, match="no private key is in use"):
        Signer(private, BASES).link(TRIAL)
    with pytest.raises(KeyRefused, match=f"{lost} was in use before"):
        key_commands.use(private, lost, [], now=BEGIN)


@pytest.mark.parametrize("broken", ["", "{", "[]", "5", '{"keys": [5]}', '{"keys": ["a"]}'])
def test_a_file_that_is_no_key_set_is_refused_in_a_sentence(tmp_path: Path, broken: str) -> None:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    key_commands.add(private, public, now=BEGIN)
    good = private.read_text()

    public.write_text(broken)
    with pytest.raises(KeyRefused, match=r"public.json cannot be read as keys: put it right"):
        key_commands.add(private, public, now=BEGIN)
    private.write_text(broken)
    with pytest.raises(KeyRefused, match=r"private.json cannot be read as keys: put a copy"):
        key_commands.public(private)
    with pytest.raises(NoSigningKey, match="cannot be read"):
        Signer(private, BASES).link(TRIAL)

    assert public.read_text() == broken
    private.write_text(good)
    Signer(private, BASES).link(TRIAL)


def test_what_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    private, public, page = (tmp_path / one for one in ("private.json", "public.json", "page"))
    page.write_text("<html>\n")
    with pytest.raises(KeyRefused, match=r"private.json is not there, or holds no key"):
        key_commands.public(private)
    for _ in range(2):
        key_commands.add(private, public, now=BEGIN)

    with pytest.raises(KeyRefused, match="gone cannot be read: scrape that process again"):
        key_commands.use(private, None, [tmp_path / "gone"], now=BEGIN)
    with pytest.raises(KeyRefused, match="is not all of it metrics: scrape again"):
        key_commands.use(private, None, [page], now=BEGIN)


def jwk() -> OKPKey:
    return OKPKey.generate_key("Ed25519", auto_kid=True)


def test_check_says_whether_our_links_would_open_anything(tmp_path: Path) -> None:
    private, public, others = (tmp_path / f"{one}.json" for one in ("own", "shown", "others"))
    links = Links(public)
    before = looked_at(Signer(private, BASES), links)
    key_commands.add(private, public, now=BEGIN)
    fine = looked_at(Signer(private, BASES), links)
    key_commands.add(others, tmp_path / "not-mounted.json", now=BEGIN)
    foreign = looked_at(Signer(others, BASES), links)
    others.write_text("{")
    broken = looked_at(Signer(others, BASES), links)

    assert before.missing[0].startswith("X_SIGNING_KEYS: no private keys to sign links with")
    assert (fine.missing, fine.fine) == ([], {"X_SIGNING_KEYS": "its links verify"})
    assert foreign.missing == ["X_SIGNING_KEYS: signs with a key that X_LINK_KEYS does not show"]
    assert broken.missing[0].startswith("X_SIGNING_KEYS: the file of private keys cannot be read")


def looked_at(signer: Signer, links: Links) -> Findings:
    findings = Findings()
    look_at_signing(signer, links, "X_", findings)
    return findings


def test_each_key_can_be_named_on_a_command_line() -> None:
    """One digest in 64 begins with a dash."""
    assert not [one for _ in range(500) if (one := fresh(now=BEGIN).kid).startswith("-")]
