"""axe-core in the page that a browser shows: what it finds of the Web Content Accessibility Guidelines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Error as PlaywrightError

from clients.portal.chromium import stuck
from clients.portal.screen import Screen

SCHEMES = ("light", "dark")
"""A page that has colours of its own for dark screens is looked at in both."""
_RUN = """tags => axe.run(document, {runOnly: tags, resultTypes: ["violations", "incomplete"]}).then(
    ({passes, violations, incomplete}) => ({passes: passes.map(rule => rule.id), violations, incomplete}))"""


def apply_axe(screen: Screen, tags: Sequence[str]) -> dict[str, dict[str, Any]]:
    """axe-core's results for the page that is shown, under each of `SCHEMES`, by the rules with these tags.

    The page's own content security policy does not stop it: the browser's driver runs it, and no element of
    the page. It needs a visit with scripts. Raises NoWayOn where it cannot look at the page.
    """
    try:
        return screen.chromium.run(lambda: _results(screen, tags))
    except PlaywrightError as error:
        raise stuck(screen, error) from None


def _results(screen: Screen, tags: Sequence[str]) -> dict[str, dict[str, Any]]:
    results = {}
    screen.tab.evaluate(AXE_SCRIPT)
    for scheme in SCHEMES:
        screen.tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        results[scheme] = screen.tab.evaluate(_RUN, list(tags))
    screen.tab.emulate_media(color_scheme="light")
    return results
