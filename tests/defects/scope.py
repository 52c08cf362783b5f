"""Which scenarios a trial of a defect or a variant executes: those that it may concern, to be quick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest

from reference_ra.alterations import Alteration
from reports.model import SCENARIO

FEATURES = Path(__file__).resolve().parent.parent.parent / "features"
_WITHOUT_BROWSER = "not needs-browser"
_OF_DEVICES = frozenset(
    {"portal_device", "portal_devices", "portal_archive", "portal_batch", "portal_pickup"}
)
_SERVICES = {
    "adhoc": {"adhoc"},
    "batch": {"batch"},
    "portal": {"portal-gateway", "portal-internet"},
    "repository": {"repository-portal", "repository-web-service", "repository-sftp"},
}
"""Those that the features of a folder are of; other folders have some of each."""
_WITH_THE_REPOSITORY = frozenset({"repository", "certificates", "journeys"})


def scenarios_of(alteration: Alteration) -> tuple[str, ...]:
    """Pytest's arguments; none where the trial is of all scenarios.

    A variant's trial is whole, but for those of the portals that a browser sees nothing of: a run in part
    is not conformant. Browsers are slow: what only they show is tried on the scenarios that need one, and
    the rest on the others.
    """
    if alteration.kind == "variant":
        of_portals = {"portal-gateway", "repository-portal"} & set(alteration.interfaces)
        return ("-k", _WITHOUT_BROWSER) if of_portals and not alteration.browser else ()
    if alteration.browser:
        folder = "repository" if _module(alteration).startswith("repository") else "portal"
        return (str(FEATURES / folder), "-k", "needs-browser")
    return (*_folders(alteration), "-k", _words(_module(alteration)))


@dataclass(frozen=True, slots=True)
class OneRowOfTheRest:
    """A pytest plugin for the trial of a defect: of an outline that cites nothing that it breaks, one row is
    executed. Which one differs from defect to defect, so that a matrix executes them all."""

    defect: str
    breaks: tuple[str, ...]

    @pytest.hookimpl(trylast=True)  # once `-k` has chosen
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect the other rows."""
        rows: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in items:
            if SCENARIO in item.stash and not set(item.stash[SCENARIO].requirements) & set(self.breaks):
                rows[item.stash[SCENARIO].id].append(item)
        dropped: set[pytest.Item] = set()
        for scenario, its_rows in rows.items():
            dropped.update(its_rows)
            dropped.discard(its_rows[crc32(f"{self.defect} {scenario}".encode()) % len(its_rows)])
        config.hook.pytest_deselected(items=[item for item in items if item in dropped])
        items[:] = [item for item in items if item not in dropped]


def _module(alteration: Alteration) -> str:
    return alteration.alter.__module__.rpartition(".")[2]


def _folders(alteration: Alteration) -> Iterator[str]:
    """Leave out the features of services that the trial does not claim; others may be of several."""
    module, claimed = _module(alteration), set(alteration.interfaces)
    if module == "tls":
        claimed = {"adhoc"}
    for folder in sorted(path for path in FEATURES.iterdir() if path.is_dir()):
        services = _SERVICES.get(folder.name, set())
        if module.startswith("repository"):
            concerned = folder.name in _WITH_THE_REPOSITORY
        elif module == "access":  # who is let in at the portals is asked in features/transport as well
            concerned = folder.name in {"adhoc", "batch", "transport", "journeys", "demand"}
        else:
            concerned = not services or not claimed or bool(services & claimed)
        if concerned:
            yield str(folder)


def _words(module: str) -> str:
    if module == "portal_certificates":  # of Organisation Certificates
        return f"not PGD and {_WITHOUT_BROWSER}"
    if module in _OF_DEVICES:
        return f"not PGO and not INT- and {_WITHOUT_BROWSER}"
    if module == "portal_access":
        return f"not PGD-P and not CRT and {_WITHOUT_BROWSER}"
    if module == "portal_internet":
        return f"(INT- or TLS-) and {_WITHOUT_BROWSER}"
    return _WITHOUT_BROWSER
