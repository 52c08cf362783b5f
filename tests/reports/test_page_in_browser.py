"""The page in a real browser: what it asks for, how it fits, how it is used. Skipped without Chromium."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.reports.browser import EXECUTABLE, Page, chromium
from tests.reports.sample import catalogue, finish, large_catalogue, large_run, run, scenario, screenshot

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    result = large_run(tmp_path_factory.mktemp("run"), 60, 200)
    finish(result, large_catalogue())
    return (result.directory / "index.html").as_uri()


@pytest.fixture(scope="module")
def devtools() -> Iterator[str]:
    with chromium() as address:
        yield address


@pytest.fixture
def browse(devtools: str) -> Callable[[Callable[[Page], Awaitable[None]]], None]:
    def run(visit: Callable[[Page], Awaitable[None]]) -> None:
        async def inside() -> None:
            async with Page(devtools) as page:
                await visit(page)

        asyncio.run(inside())

    return run


SHOWN = "Array.from(document.querySelectorAll('.scenario')).filter(e => e.checkVisibility()).length"
Browse = Callable[[Callable[[Page], Awaitable[None]]], None]


@pytest.mark.parametrize("width", [360, 768, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen_with_everything_open(
    browse: Browse, report: str, width: int, scheme: str
) -> None:
    async def visit(page: Page) -> None:
        await page.show(report, width, 900, scheme)
        await page.run("for (const e of document.querySelectorAll('details')) e.open = true")
        assert await page.run("document.documentElement.scrollWidth <= innerWidth")
        assert page.errors == []

    browse(visit)


def test_it_asks_for_nothing_but_itself(browse: Browse, report: str) -> None:
    async def visit(page: Page) -> None:
        await page.show(report)
        assert {url for url in page.requests if not url.startswith(("about:", "data:"))} == {report}
        assert page.errors == []

    browse(visit)


def test_what_a_browser_showed_can_be_seen(browse: Browse, tmp_path: Path) -> None:
    one = scenario("PGO-P60", screenshots=[screenshot()])
    result = run(tmp_path, one)
    finish(result, catalogue())
    report = (tmp_path / "index.html").as_uri()

    async def visit(page: Page) -> None:
        await page.show(report)
        await page.run("for (const e of document.querySelectorAll('details')) e.open = true")
        await page.run("document.querySelector('.screens').scrollIntoView()")
        for _ in range(100):
            if await page.run("document.querySelector('.screens img').naturalWidth === 1"):
                break
            await asyncio.sleep(0.02)
        else:
            raise AssertionError("the picture was not drawn")
        folder = tmp_path.as_uri()
        assert {url for url in page.requests if not url.startswith(("about:", "data:", folder))} == set()
        assert page.errors == []

    browse(visit)


def test_filters_narrow_the_list_and_reset(browse: Browse, report: str) -> None:
    async def visit(page: Page) -> None:
        await page.show(report)
        form = "document.querySelector('[data-filters=scenarios]')"
        assert await page.run(SHOWN) == 60
        await page.run(f"{form}.querySelector('[value=FAIL]').click()")
        assert await page.run(SHOWN) == 1
        assert await page.run(f"{form}.querySelector('output').textContent") == "1 of 60 shown"
        await page.run(f"{form}.reset()")
        await asyncio.sleep(0.05)
        assert await page.run(SHOWN) == 60
        await page.run(
            f"{form}.requirement.value = 'M-2.4.1.7-a';"
            f"{form}.requirement.dispatchEvent(new Event('input', {{bubbles: true}}))"
        )
        assert 0 < await page.run(SHOWN) < 10
        await page.run(
            f"{form}.text.value = 'no such text';"
            f"{form}.text.dispatchEvent(new Event('input', {{bubbles: true}}))"
        )
        assert await page.run(SHOWN) == 0

    browse(visit)


def test_a_link_opens_its_scenario(browse: Browse, report: str) -> None:
    async def visit(page: Page) -> None:
        await page.show(report)
        await page.run("document.querySelector('.attention a').click()")
        await asyncio.sleep(0.1)
        assert await page.run("document.querySelector('.scenario:target').open")
        top = await page.run("document.querySelector('.scenario:target').getBoundingClientRect().top")
        assert 0 <= top < 200
        await page.show(f"{report}#AHW-P01")
        opened = await page.run("document.querySelector('.scenario[open]').id")
        assert opened.startswith("AHW-P01-"), "the id of an outline leads to its first row"

    browse(visit)


def test_the_keyboard_suffices(browse: Browse, report: str) -> None:
    async def visit(page: Page) -> None:
        await page.show(report)
        await page.press("Tab", 9)
        assert await page.run("document.activeElement.className") == "skip"
        assert await page.run("document.activeElement.getBoundingClientRect().top >= 0")
        await page.press("Enter", 13)
        await asyncio.sleep(0.1)
        for _ in range(60):
            await page.press("Tab", 9)
            if await page.run("document.activeElement.parentElement.className") == "scenario":
                break
        assert await page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        await page.press("Enter", 13)
        assert await page.run("document.activeElement.parentElement.open")

    browse(visit)


def test_it_is_readable_without_its_script(browse: Browse, report: str) -> None:
    async def visit(page: Page) -> None:
        await page.call("Emulation.setScriptExecutionDisabled", value=True)
        await page.show(report, 360)
        assert await page.run(SHOWN) == 60
        assert await page.run("document.querySelectorAll('form').length") == 2
        assert not await page.run("document.querySelector('form').checkVisibility()")

    browse(visit)
