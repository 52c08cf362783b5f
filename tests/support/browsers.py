"""A browser for the tests that need one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clients.portal.installed import find_browser
from clients.portal.portal import NoBrowser


def has_browser() -> bool:
    """Whether this machine has one. CI has."""
    try:
        find_browser(None)
    except NoBrowser:
        return bool(os.environ.get("CI"))
    return True


def require_browser() -> Path:
    """The browser of this machine. The test is skipped where there is none, and fails in CI."""
    try:
        return find_browser(None)
    except NoBrowser as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI goes without no test: {error}")
        pytest.skip(str(error))
