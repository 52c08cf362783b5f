"""A user of the Repository portal, for the reference RA's own tests."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from tests.reference_ra.browsing import URLENCODED, Page, User
from tests.reference_ra.conftest import Ra

PATHS = ("/search", "/authorities", "/lists", "/password", "/certificates/" + "0" * 32, "/lists/x/list")
"""Pages for users who have logged in; some are of what there is not."""
AMBER = "00-DB-00-00-00-00-00-01"


class RepositoryUser(User):
    """One with a browser's cookies; logged in after `log_in`."""

    def __init__(self, ra: Ra) -> None:
        super().__init__(ra, portal="repository_portal")

    def fill_in(self, page: str, action: str, **fields: str) -> Page:
        """Send a page's form, and follow the answer."""
        token = self.get(page).form_token or ""
        body = urlencode({"form-token": token, **fields}).encode()
        return self.follow(self.send("POST", action, body, {"Content-Type": URLENCODED}))

    def log_in(self, username: str, password: str) -> Page:
        return self.fill_in("/", "/login", username=username, password=password)

    def change_password(self, old: str, new: str, again: str | None = None) -> Page:
        return self.fill_in("/password", "/password", current=old, new=new, again=again or new)

    def log_out(self) -> Page:
        return self.fill_in("/password", "/logout")


def where(page: Page) -> str:
    return urlsplit(page.url).path


def is_in(page: Page) -> bool:
    return bool(page.texts("//*[@class='who']"))


def password_of(ra: Ra, label: str = "repository-user") -> str:
    return (ra.directory / "credentials" / f"{label}.password").read_text()


def make_account(ra: Ra, password: str = "") -> tuple[str, str]:
    """A new user, who has made the first login where a password is given."""
    made = ra.manage("POST", "/repository/accounts")[1]
    if password:
        user = RepositoryUser(ra)
        user.log_in(made["username"], made["password"])
        user.change_password(made["password"], password)
    return made["username"], password or made["password"]


def advance(ra: Ra, minutes: float) -> None:
    assert ra.manage("POST", "/clock", {"advance_seconds": minutes * 60})[0] == 200
