"""The digest of each version's definitions: a version's meaning never changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from featurestore.definitions.features import RELATION, version_name
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from featurestore.definitions.features import Feature

PATH = "sql/feature_versions.json"
# A feature's description, unit and plausible range do not affect rows.
_WORDS = ("unit", "low", "high", "description")


def meaning_digest(known: Sequence[Feature]) -> str:
    """SHA-256 over everything that rows depend on, without descriptions and ranges. Pure.

    In groups of four hex digits, because no file under ``sql/`` may have a number of seven digits.
    """
    rows = [[value for name, value in asdict(one).items() if name not in _WORDS] for one in known]
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    return "-".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def recorded(text: str) -> dict[str, str]:
    """Version to digest, from the text of the file. Pure."""
    return {str(version): str(digest) for version, digest in json.loads(text or "{}").items()}


def recorded_with(text: str, known: Sequence[Feature]) -> str:
    """The text of the file with the version of these definitions added. Pure.

    Raises:
        Refused: the version is recorded with another meaning.
    """
    versions = recorded(text)
    require_own_meaning(versions, known)
    versions[version_name(known)] = meaning_digest(known)
    return json.dumps(versions, indent=2) + "\n"


def require_own_meaning(versions: Mapping[str, str], known: Sequence[Feature]) -> None:
    """Refuse definitions that differ from those recorded for the same version. Pure.

    Raises:
        Refused: they differ.
    """
    version = version_name(known)
    if versions.get(version, meaning_digest(known)) != meaning_digest(known):
        newer = max(one.since_version for one in known) + 1
        raise Refused(
            f"sql/features/{RELATION}.sql: the definitions differ from those of {version} in"
            f" {PATH}, but have the same version",
            hint=f"set since_version of the changed feature to {newer} in"
            f" sql/features/{RELATION}.sql",
            version=version,
        )
