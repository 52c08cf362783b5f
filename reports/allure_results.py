"""The files that allure-pytest has written, each with the identity of its scenario."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def digest(text: str) -> str:
    """What identifies a scenario in Allure: made of its id, or of its key."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def keep_results(folder: Path, keys: Iterable[str]) -> None:
    """Delete what an earlier process wrote of any other scenario: it is executed again. Raises OSError."""
    kept = set(map(digest, keys))
    attached = set()
    for file in folder.glob("*-result.json"):
        result = json.loads(file.read_text(encoding="utf-8"))
        if result.get("historyId") in kept:
            attached |= {attachment["source"] for attachment in result.get("attachments", ())}
        else:
            file.unlink()
    for file in folder.glob("*-attachment*"):
        if file.name not in attached:
            file.unlink()
