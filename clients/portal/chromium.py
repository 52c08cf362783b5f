"""The browser: an installed Chromium, started and driven."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from pathlib import Path
from typing import ClassVar, Concatenate, ParamSpec, Protocol, TypeVar

from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from clients.portal.gate import GateThread
from clients.portal.installed import ADVICE
from clients.portal.portal import NoBrowser

Given = TypeVar("Given")
Parameters = ParamSpec("Parameters")
User = TypeVar("User", bound="Driven")
_NOWHERE = "http://127.0.0.1:9"
"""The proxy of whatever the browser would ask for beside a visit's pages: nothing listens there."""


class Chromium:
    """A running browser, which every client of this process shares; it trusts its gates' key and no other.

    It is driven from a thread of its own: a Ctrl-C then never comes between it and its driver, and can be
    answered by closing it in order.
    """

    _running: ClassVar[dict[Path, Chromium]] = {}

    def __init__(self, executable: Path) -> None:
        """Start it. Raises NoBrowser where it does not start."""
        self._executable = executable
        self._users = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")
        self._ident = self._thread.submit(threading.get_ident).result()
        self.gates = GateThread()
        """What its visits' gates work in."""
        try:
            self._driver, self.browser = self.run(self._start)
        except PlaywrightError as error:
            self.gates.close()
            self._thread.shutdown()
            why = error.message.partition("\n")[0]
            raise NoBrowser(f"{executable} does not start: {why}; {ADVICE}") from None

    def _start(self) -> tuple[Playwright, Browser]:
        driver = sync_playwright().start()
        try:
            return driver, driver.chromium.launch(
                executable_path=self._executable,
                args=[f"--ignore-certificate-errors-spki-list={self.gates.key.digest}"],
                proxy={"server": _NOWHERE},
                handle_sigint=False,  # whoever interrupts the run has it closed in order
            )
        except PlaywrightError:
            driver.stop()
            raise

    def run(self, work: Callable[[], Given]) -> Given:
        """Do `work` in the browser's thread, and wait for it."""
        if threading.get_ident() == self._ident:
            return work()
        return self._thread.submit(work).result()

    @classmethod
    def share(cls, executable: Path) -> Chromium:
        """The running one, or a new one where there is none. Each share is released once.

        Raises NoBrowser.
        """
        if executable not in cls._running:
            cls._running[executable] = cls(executable)
        chromium = cls._running[executable]
        chromium._users += 1
        return chromium

    def release(self) -> None:
        """End a share; the browser ends with the last."""
        self._users -= 1
        if self._users:
            return
        del self._running[self._executable]
        try:
            self.run(self._end)
        finally:
            self.gates.close()
            self._thread.shutdown()

    def _end(self) -> None:
        try:
            self.browser.close()
        finally:
            self._driver.stop()


class Driven(Protocol):
    """What uses a browser."""

    @property
    def chromium(self) -> Chromium:
        """The browser."""


def in_browser(
    method: Callable[Concatenate[User, Parameters], Given],
) -> Callable[Concatenate[User, Parameters], Given]:
    """Have a method done in the thread of its object's browser."""

    @wraps(method)
    def there(user: User, /, *arguments: Parameters.args, **named: Parameters.kwargs) -> Given:
        return user.chromium.run(lambda: method(user, *arguments, **named))

    return there
