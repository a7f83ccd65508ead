"""The citizen ID of a person as it is stored: sealed, hashed and masked; nothing else ever writes these columns."""

from __future__ import annotations

from typing import Any

from deploy_admin import national_ids, sealing
from deploy_admin.national_ids import NationalId
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.workers import ID_PURPOSE


def digest_of(number: str) -> bytes:
    """Return the keyed hash by which the bearer of this (normalised) number is found."""
    return sealing.vault().digest(number, ID_PURPOSE)


def sealed_columns(national_id: NationalId) -> dict[str, Any]:
    """Return what is stored of an ID: sealed (bound to its own hash), hashed, masked, and what it says."""
    vault = sealing.vault()
    digest = vault.digest(national_id.number, ID_PURPOSE)
    return {
        "id_sealed": vault.seal(national_id.number, ID_PURPOSE, digest),
        "id_digest": digest,
        "id_masked": national_id.masked,
        "born_on": national_id.born_on,
        "sex": national_id.sex,
    }


def open_columns(sealed: bytes, digest: bytes) -> NationalId:
    """Return the ID that lies in these columns of one row. SealBroken or WrongId where they do not fit."""
    return national_ids.parse(sealing.vault().open(sealed, ID_PURPOSE, bytes(digest)))


def opened(worker: HealthWorker) -> NationalId | None:
    """Return the person's ID; None where none is recorded."""
    if worker.id_sealed is None or worker.id_digest is None:
        return None
    return open_columns(bytes(worker.id_sealed), bytes(worker.id_digest))
