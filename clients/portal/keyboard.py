"""A page as somebody uses it who has a keyboard alone."""

from __future__ import annotations

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
_IN_WORDS = """element => {
    const name = element.getAttribute("aria-label") || element.innerText || element.value
        || element.name || element.id || "";
    return element.localName + " " + JSON.stringify(name.trim().slice(0, 60));
}"""
_SPARE = 5
"""So many more presses than there are elements: the browser's own bars take some."""


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
    def out_of_reach(self) -> tuple[list[str], int]:
        """What the Tab key does not reach of all that can be used on the page, in words; and how much can
        be."""
        usable = self.screen.tab.evaluate_handle(_USABLE)
        number = int(usable.evaluate("list => list.length"))
        reached: set[int] = set()
        for _ in range(number + _SPARE):
            if len(reached) == number:
                break
            self.screen.tab.keyboard.press("Tab")
            reached.add(int(usable.evaluate("list => list.indexOf(document.activeElement)")))
            reached.discard(-1)
        return [self._words(usable, at) for at in range(number) if at not in reached], number

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
