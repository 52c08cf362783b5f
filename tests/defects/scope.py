"""Which scenarios a trial of a defect or a variant executes: those that it may concern, to be quick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reference_ra.alterations import Alteration

FEATURES = Path(__file__).resolve().parent.parent.parent / "features"
_WITHOUT_BROWSER = "not needs-browser"
_OF_DEVICES = frozenset(
    {"portal_device", "portal_devices", "portal_archive", "portal_batch", "portal_pickup"}
)
_PORTALS = frozenset({"portal-gateway", "portal-internet"})


def scenarios_of(alteration: Alteration) -> tuple[str, ...]:
    """Pytest's arguments; none where the trial is of all scenarios.

    A variant's trial is whole, but for those of the portals that a browser sees nothing of: a run in part
    is not conformant. Browsers are slow: what only they show is tried on the scenarios that need one, and
    the rest on the others.
    """
    if alteration.kind == "variant":
        of_portals = "portal-gateway" in alteration.interfaces and not alteration.browser
        return ("-k", _WITHOUT_BROWSER) if of_portals else ()
    if alteration.browser:
        return (str(FEATURES / "portal"), "-k", "needs-browser")
    return (*_folders(alteration), "-k", _words(_module(alteration)))


def _module(alteration: Alteration) -> str:
    return alteration.alter.__module__.rpartition(".")[2]


def _folders(alteration: Alteration) -> Iterator[str]:
    """Leave out the features of services that the trial does not claim; others may be of several."""
    claimed = set(alteration.interfaces)
    if _module(alteration) == "tls":
        claimed = {"adhoc"}
    for folder in sorted(path for path in FEATURES.iterdir() if path.is_dir()):
        services = _PORTALS if folder.name == "portal" else {folder.name} & {"adhoc", "batch"}
        if not services or not claimed or services & claimed:
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
