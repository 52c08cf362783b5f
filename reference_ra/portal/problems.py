"""Why a user gets another page than the one asked for."""

from __future__ import annotations

from dataclasses import dataclass

from reference_ra.access import Refusal


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no other page."""

    status: int
    title: str
    reason: str
    advice: str = "Go back to the start page of the portal and try again."


class Stopped(Exception):
    """A request is answered by a page that says why not by another."""

    def __init__(self, problem: Problem) -> None:
        """Take the page."""
        super().__init__(problem.title)
        self.problem = problem


NOT_FOUND = Problem(404, "There is no such page", "The address leads to nothing that you can see here.")
FORGED = Problem(
    403,
    "This form cannot be taken",
    "It was not sent from the portal's own page, or that page is too old. Nothing was submitted.",
    "Open the form again and submit it from there.",
)
TOO_LARGE = Problem(413, "This is too large", "Nothing was submitted.", "Submit less at one time.")
UNREADABLE = Problem(
    400, "This form cannot be read", "It is not as a browser sends it. Nothing was submitted."
)
LATE = Problem(408, "This took too long", "The form did not arrive in time. Nothing was submitted.")
BY_STATUS = {
    404: NOT_FOUND,
    405: Problem(405, "This page does not take that", "The request's method is not one of this page's."),
    413: TOO_LARGE,
}
FAILURE = Problem(500, "The portal has failed", "An internal error; what you asked for may not be done.")


def refused(refusal: Refusal) -> Problem:
    """Who may not use a section."""
    return Problem(
        403,
        "You cannot use these pages",
        f"Access is refused: {refusal}.",
        "Go back to the start page of the portal, and choose the IKI Certificate that these pages are for.",
    )
