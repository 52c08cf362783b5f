"""A page as somebody uses it who has a keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import JSHandle

from clients.portal.chromium import in_browser
from clients.portal.pages import Locator
from clients.portal.portal import NoWayOn, Page
from clients.portal.screen import Screen

_USABLE = """() => [...document.querySelectorAll(
    "a[href], area[href], button, input, select, textarea, summary, [contenteditable=true], [role=button]")]
    .filter(element => element.checkVisibility({checkVisibilityCSS: true}) && !element.matches(":disabled")
        && !element.closest("[inert]")
        && !(element.type === "radio" && !element.checked) && element.type !== "hidden")"""
"""What a pointer could use. Of radio buttons the arrow keys reach those that are not chosen."""
_BY_ARROWS = """element => element.tabIndex < 0 && element.parentElement?.closest(
    ["menu", "menubar", "tablist", "toolbar", "radiogroup", "listbox", "tree", "grid", "treegrid"]
        .map(role => `[role=${role}]`).join()) !== null"""
"""Of what has such a role the Tab key reaches one element, and the arrow keys the others."""
_IN_WORDS = """element => {
    const name = element.getAttribute("aria-label") || element.innerText || element.value
        || element.name || element.id || "";
    return element.localName + " " + JSON.stringify(name.trim().slice(0, 60));
}"""
_SPARE = 5
"""So many more presses than there are elements: the browser's own bars take some."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What the Tab key reaches on a page."""

    number: int
    """How much can be used there."""
    missing: list[str]
    """What of it the Tab key does not reach, in words."""
    by_arrows: list[str]
    """What the Tab key passes over and the arrow keys may reach, in words: they are not pressed."""


class Keyboard:
    """The keyboard at a screen. The first Tab on a page goes to its beginning."""

    def __init__(self, screen: Screen) -> None:
        """Nothing is pressed yet."""
        self.screen, self.chromium = screen, screen.chromium

    @property
    def shown(self) -> Page:
        """The page that is shown. Raises RuntimeError where none was yet."""
        return self.screen.shown

    @in_browser
    def out_of_reach(self) -> Reach:
        """Press Tab until it has reached all that can be used on the page, or never will."""
        usable = self.screen.tab.evaluate_handle(_USABLE)
        number = int(usable.evaluate("list => list.length"))
        reached: set[int] = set()
        for _ in range(number + _SPARE):
            if len(reached) == number:
                break
            self.screen.tab.keyboard.press("Tab")
            reached.add(int(usable.evaluate("list => list.indexOf(document.activeElement)")))
            reached.discard(-1)
        missed = [at for at in range(number) if at not in reached]
        by_arrows = [at for at in missed if usable.evaluate(f"list => ({_BY_ARROWS})(list[{at}])")]
        return Reach(
            number=number,
            missing=[self._words(usable, at) for at in missed if at not in by_arrows],
            by_arrows=[self._words(usable, at) for at in by_arrows],
        )

    @staticmethod
    def _words(usable: JSHandle, at: int) -> str:
        return str(usable.evaluate(f"list => ({_IN_WORDS})(list[{at}])"))

    @in_browser
    def reach(self, locator: Locator, key: str) -> bool:
        """Press Tab until an element has the focus; False where it never does. Raises NoWayOn where the page
        does not have it."""
        wanted = self.screen.find(locator)
        if not wanted.count():
            raise NoWayOn(self.screen.shown, key, locator)
        presses = int(self.screen.tab.evaluate(f"({_USABLE})().length")) + _SPARE
        for _ in range(presses):
            self.screen.tab.keyboard.press("Tab")
            if wanted.first.evaluate("element => element === document.activeElement"):
                return True
        return False

    @in_browser
    def write(self, text: str) -> None:
        """Put a text where the focus is, as pasting it does."""
        self.screen.tab.keyboard.insert_text(text)

    @in_browser
    def enter(self) -> Page:
        """Press Enter on what has the focus, which leads to another page."""
        return self.screen.act(lambda: self.screen.tab.keyboard.press("Enter"))
