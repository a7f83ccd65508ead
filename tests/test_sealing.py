"""Sealed values: they open in their own place only, under every key still held, and never show what they hold."""

from __future__ import annotations

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from deploy_admin import sealing
from deploy_admin.sealing import SealBroken, Vault

ONE, TWO, MATCH = os.urandom(32), os.urandom(32), os.urandom(32)
NUMBER = "11010519491231002X"  # the standard's own example


@pytest.fixture
def vault():
    return Vault({1: ONE}, MATCH)


def test_what_is_sealed_opens_again_and_shows_nothing(vault):
    sealed = vault.seal(NUMBER, "people.national_id", b"row")
    assert vault.open(sealed, "people.national_id", b"row") == NUMBER
    assert NUMBER.encode() not in sealed
    assert sealed != vault.seal(NUMBER, "people.national_id", b"row"), "equal numbers must not look equal"


@pytest.mark.parametrize(
    ("purpose", "bound"),
    [("people.other", b"row"), ("people.national_id", b"another row"), ("people.national_id", b"")],
)
def test_a_seal_does_not_open_in_another_place(vault, purpose, bound):
    sealed = vault.seal(NUMBER, "people.national_id", b"row")
    with pytest.raises(SealBroken):
        vault.open(sealed, purpose, bound)


@pytest.mark.parametrize("at", [0, 1, 2, 20, -1])
def test_one_changed_byte_breaks_the_seal(vault, at):
    sealed = bytearray(vault.seal(NUMBER, "p"))
    sealed[at] ^= 1
    with pytest.raises(SealBroken):
        vault.open(bytes(sealed), "p")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x01short"])
def test_what_was_never_sealed_is_refused(vault, sealed):
    with pytest.raises(SealBroken):
        vault.open(sealed, "p")


def test_an_older_key_still_opens_and_the_newest_seals(vault):
    old = vault.seal(NUMBER, "p")
    both = Vault({1: ONE, 2: TWO}, MATCH)
    new = both.seal(NUMBER, "p")
    assert (both.version_of(old), both.version_of(new)) == (1, 2)
    assert both.open(old, "p") == both.open(new, "p") == NUMBER
    with pytest.raises(SealBroken):
        Vault({2: TWO}, MATCH).open(old, "p")


def test_the_keyed_hash_finds_equals_and_needs_the_key(vault):
    assert vault.digest(NUMBER, "p") == vault.digest(NUMBER, "p")
    assert vault.digest(NUMBER, "p") != vault.digest(NUMBER, "q")
    assert vault.digest(NUMBER, "p") != Vault({1: ONE}, TWO).digest(NUMBER, "p")
    assert len(vault.digest(NUMBER, "p")) == 32


@pytest.mark.parametrize(
    ("keys", "match"),
    [({}, MATCH), ({1: b"short"}, MATCH), ({1: ONE}, b"short"), ({0: ONE}, MATCH), ({256: ONE}, MATCH)],
    ids=["no key", "a short key", "a short match key", "version 0", "version 256"],
)
def test_wrong_keys_are_refused(keys, match):
    with pytest.raises(ImproperlyConfigured):
        Vault(keys, match)


def test_keys_are_read_by_version():
    import base64

    text = f"2:{base64.b64encode(TWO).decode()}, 1:{base64.b64encode(ONE).decode()}"
    assert sealing.parse_keys(text) == {1: ONE, 2: TWO}
    for wrong in ("no", "x:abc", "1:***"):
        with pytest.raises(ImproperlyConfigured):
            sealing.parse_keys(wrong)


def test_changed_settings_make_another_vault(settings):
    first = sealing.vault()
    assert sealing.vault() is first
    settings.FIELD_KEYS = {1: ONE, 2: TWO}
    assert sealing.vault().current == 2
