"""Which browser there is on this machine. None is ever downloaded."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from clients.portal.portal import NoBrowser

VARIABLE = "SMKI_BROWSER"
"""The environment variable that names a browser for target files that name none."""
ADVICE = (
    "install Chromium, Google Chrome or Microsoft Edge, or name one as browser.executable in the target file "
    f"or in the environment variable {VARIABLE}"
)
"""What to do where there is none."""
_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_ON_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_ON_WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
_WINDOWS_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")


def find_browser(named: Path | None) -> Path:
    """The browser to use: the one that is named, by the target file or else the environment, or one that is
    installed in a usual place.

    Raises NoBrowser.
    """
    environment = os.environ.get(VARIABLE)
    wanted = named or (Path(environment) if environment else None)
    if wanted is not None:
        found = shutil.which(wanted)
        if found is None:
            raise NoBrowser(f"{wanted} is no program that could be run: {ADVICE}")
        return Path(found)
    for place in _usual_places():
        if place.is_file():
            return place
    raise NoBrowser(f"no browser was found: {ADVICE}")


def _usual_places() -> Iterator[Path]:
    yield from (Path(found) for name in _COMMANDS if (found := shutil.which(name)))
    if sys.platform == "darwin":
        yield from map(Path, _ON_MACOS)
    if sys.platform == "win32":
        folders = [os.environ[name] for name in _WINDOWS_FOLDERS if name in os.environ]
        yield from (Path(folder, place) for folder in folders for place in _ON_WINDOWS)
