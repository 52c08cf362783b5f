"""The browser: an installed Chromium, started and driven."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import wraps
from pathlib import Path
from typing import ClassVar, Concatenate, ParamSpec, Protocol, TypeVar

from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from clients.portal.gate import GateThread
from clients.portal.installed import ADVICE
from clients.portal.portal import NoBrowser, NoWayOn, Page

Given = TypeVar("Given")
Parameters = ParamSpec("Parameters")
User = TypeVar("User", bound="Driven")
_NOWHERE = "http://127.0.0.1:9"
"""The proxy of whatever the browser would ask for beside a visit's pages: nothing listens there."""
_LOOK_SECONDS = 60.0
"""Looking at a page that is there takes no longer, unless a script holds it up without end."""


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
        self._deadline = 0.0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")
        self._ident = self._thread.submit(threading.get_ident).result()
        self.gates = GateThread()
        """What its visits' gates work in."""
        try:
            self._driver, self.browser, self._process = self._thread.submit(self._start).result()
        except PlaywrightError as error:
            self.gates.close()
            self._thread.shutdown()
            why = error.message.partition("\n")[0]
            raise NoBrowser(f"{executable} does not start: {why}; {ADVICE}") from None

    def _start(self) -> tuple[Playwright, Browser, int]:
        driver = sync_playwright().start()
        try:
            return driver, *self._launch(driver)
        except PlaywrightError:
            driver.stop()
            raise

    def _launch(self, driver: Playwright) -> tuple[Browser, int]:
        """The browser, and the number of its process."""
        browser = driver.chromium.launch(
            executable_path=self._executable,
            chromium_sandbox=not _is_root(),
            args=[f"--ignore-certificate-errors-spki-list={self.gates.key.digest}"],
            proxy={"server": _NOWHERE},
            handle_sigint=False,  # whoever interrupts the run has it closed in order
        )
        session = browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        return browser, next(process["id"] for process in processes if process["type"] == "browser")

    def run(self, work: Callable[[], Given]) -> Given:
        """Do `work` in the browser's thread, and wait for it.

        Where it has no end, the browser is ended and another started; `work` then raises PlaywrightError.
        """
        if threading.get_ident() == self._ident:
            return work()
        self.bear(0)
        begun = self._thread.submit(work)
        while not wait((begun,), timeout=max(0.0, self._deadline - time.monotonic())).done:
            if time.monotonic() >= self._deadline:
                self._start_again()
        return begun.result()

    def bear(self, seconds: float) -> None:
        """Give what is being done so many seconds from now on, and the time for a look at a page."""
        self._deadline = time.monotonic() + seconds + _LOOK_SECONDS

    def _start_again(self) -> None:
        """End the browser, which ends what waits for it in its thread, and start it again there."""
        os.kill(self._process, getattr(signal, "SIGKILL", signal.SIGTERM))
        self.browser, self._process = self._thread.submit(lambda: self._launch(self._driver)).result()

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


def _is_root() -> bool:
    """Whether this is run by the one user for whom Chromium does not start in its sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


class Driven(Protocol):
    """What uses a browser."""

    @property
    def chromium(self) -> Chromium:
        """The browser."""

    @property
    def shown(self) -> Page:
        """The page that it shows."""


def stuck(user: Driven, error: PlaywrightError) -> NoWayOn:
    """What the browser says of a page that it cannot be used on."""
    return NoWayOn(user.shown, None, why=f"stops the browser: {error.message.partition(chr(10))[0]}")


def in_browser(
    method: Callable[Concatenate[User, Parameters], Given],
) -> Callable[Concatenate[User, Parameters], Given]:
    """Have a method done in the thread of its object's browser.

    It raises NoWayOn where the browser cannot do it with the page that it shows.
    """

    @wraps(method)
    def there(user: User, /, *arguments: Parameters.args, **named: Parameters.kwargs) -> Given:
        try:
            return user.chromium.run(lambda: method(user, *arguments, **named))
        except PlaywrightError as error:
            raise stuck(user, error) from None

    return there
