"""Encryption of single values at rest: AES-256-GCM under versioned keys, and a keyed hash to find them again by."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

#: First byte of every sealed value: this layout (1 byte layout, 1 byte key version, 12 bytes nonce, text and tag).
LAYOUT = 1
NONCE = 12
#: By how many bytes a sealed value is longer: layout, key version, nonce, tag.
OVERHEAD = 2 + NONCE + 16
KEY_BYTES = 32


class SealBroken(Exception):
    """A sealed value was changed, moved from another row or column, or sealed under a key that is not here."""


class Vault:
    """Seals, opens and hashes under the keys given: `{version: key}`, the highest version seals."""

    def __init__(self, keys: Mapping[int, bytes], match_key: bytes) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in (*keys.values(), match_key)):
            raise ImproperlyConfigured("A field key and the match key are 32 bytes each.")
        if not all(0 < version < 256 for version in keys):
            raise ImproperlyConfigured("A field key's version is a number from 1 to 255.")
        self.current = max(keys)
        self._ciphers = {version: AESGCM(key) for version, key in keys.items()}
        self._match_key = match_key

    def seal(self, text: str, purpose: str, bound_to: bytes = b"") -> bytes:
        """Return `text` sealed under the newest key; it opens only for the same purpose and what it is bound to."""
        return self.seal_bytes(text.encode(), purpose, bound_to)

    def seal_bytes(self, content: bytes, purpose: str, bound_to: bytes = b"") -> bytes:
        """Return `content` sealed likewise: it grows by OVERHEAD."""
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[self.current].encrypt(nonce, content, purpose.encode() + b"\0" + bound_to)
        return bytes((LAYOUT, self.current)) + nonce + sealed

    def open(self, sealed: bytes | memoryview, purpose: str, bound_to: bytes = b"") -> str:
        """Return the text; SealBroken where it is not what was sealed here."""
        return self.open_bytes(sealed, purpose, bound_to).decode()

    def open_bytes(self, sealed: bytes | memoryview, purpose: str, bound_to: bytes = b"") -> bytes:
        """Return the bytes; SealBroken likewise."""
        sealed = bytes(sealed)
        if len(sealed) < 2 + NONCE or sealed[0] != LAYOUT or sealed[1] not in self._ciphers:
            raise SealBroken(f"no key of version {sealed[1] if len(sealed) > 1 else '?'} here")
        associated = purpose.encode() + b"\0" + bound_to
        try:
            return self._ciphers[sealed[1]].decrypt(sealed[2 : 2 + NONCE], sealed[2 + NONCE :], associated)
        except InvalidTag as error:
            raise SealBroken("the seal does not fit its place") from error

    def digest(self, text: str, purpose: str) -> bytes:
        """Return the keyed hash (32 bytes) by which equal texts of one purpose are found without opening them."""
        return hmac.digest(self._match_key, purpose.encode() + b"\0" + text.encode(), hashlib.sha256)

    def is_current(self, sealed: bytes | memoryview) -> bool:
        """Whether it was sealed under the newest key, so that a rotation has nothing to do."""
        return self.version_of(sealed) == self.current

    @staticmethod
    def version_of(sealed: bytes | memoryview) -> int:
        """Return the version of the key under which it was sealed."""
        return bytes(sealed)[1]


def parse_keys(text: str) -> dict[int, bytes]:
    """Return `{version: key}` from "2:<base64>,1:<base64>"."""
    keys: dict[int, bytes] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        version, _colon, key = part.partition(":")
        if not version.isdecimal() or int(version) in keys:
            raise ImproperlyConfigured("FIELD_KEYS is written 2:<base64>,1:<base64>, each version once.")
        keys[int(version)] = parse_key(key, "FIELD_KEYS")
    return keys


def parse_key(text: str, name: str) -> bytes:
    """Return the key of 32 bytes from its base64; the refusal names the setting and never repeats the key."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} holds something that is not {KEY_BYTES} bytes as base64.")
    return key


#: The purposes for which a checkout derives keys from its own secret: field keys, match key. Never in production.
DERIVED_FOR = ("deploy_admin.fields", "deploy_admin.matching")


def derived(secret: str, purpose: str) -> bytes:
    """Return a key of 32 bytes derived from a machine's own secret: for the local and the test system only."""
    return hashlib.sha256(f"{purpose}\0{secret}".encode()).digest()


@dataclass(frozen=True)
class SealedColumn:
    """Where sealed values lie, for what they were sealed, and to which columns of their row they are bound."""

    model: str  # "app_label.Model"
    column: str
    purpose: str
    bound_by: tuple[str, ...] = ()
    #: Takes the values of `bound_by` and returns what the seal is bound to.
    bound_to: Callable[..., bytes] = lambda: b""
    #: Only these rows are sealed at all, as conditions of a queryset.
    only: Mapping[str, Any] = field(default_factory=dict)

    def resealed(self, vault: Vault, sealed: bytes | memoryview, *bound_by: Any) -> bytes:
        """Return the same content under the newest key; `bound_by` are the row's values of those columns."""
        place = self.bound_to(*bound_by)
        return vault.seal_bytes(vault.open_bytes(sealed, self.purpose, place), self.purpose, place)


_columns: dict[tuple[str, str], SealedColumn] = {}


def register(*found: SealedColumn) -> None:
    """Add columns to those that a rotation of the field keys seals anew; every app names its own when it is ready."""
    _columns.update({(column.model, column.column): column for column in found})


def columns() -> list[SealedColumn]:
    """Return every column that holds sealed values."""
    return list(_columns.values())


_vault: list[tuple[object, Vault]] = []


def vault() -> Vault:
    """Return the vault of this process, made anew when a test changes the settings."""
    held = (settings.FIELD_KEYS, settings.MATCH_KEY)
    if not _vault or _vault[0][0] != held:
        _vault[:] = [(held, Vault(*held))]
    return _vault[0][1]
