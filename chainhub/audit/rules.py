"""How a line of history is tied to the one before it. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64


def link(prev_hash: str, payload: Mapping[str, Any]) -> str:
    """Return the hash of a line: SHA-256 over the hash before and the canonical JSON of what it says."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{prev_hash}\n{text}".encode()).hexdigest()
