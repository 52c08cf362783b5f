"""The words of the portals' features, and what they stand for."""

from __future__ import annotations

import io
import zipfile

from clients.csr.device import DeviceCsr
from clients.portal.portal import FormKind, Section
from fixtures.plan import Load

SECTIONS = {"Organisation": Section.ORGANISATION, "Device": Section.DEVICE}
SECTION = r"(?P<section>Organisation|Device)"
FORMS = {
    "an Organisation CSR": FormKind.ORGANISATION,
    "a Device CSR": FormKind.DEVICE,
    "a Batched CSR": FormKind.BATCH,
}
"""What a form is for."""
RAW_LOADS = {
    "an Organisation CSR": Load(portal_organisation=1),
    "a Device CSR": Load(portal_device=1),
    "a Batched CSR": Load(portal_batches=1, portal_csrs=1),
}
"""What one submission to each form is."""
WHAT = r"(?P<what>an Organisation CSR|a Device CSR|a Batched CSR)"
LONGEST_COMMON_NAME = "a commonName of as many characters as may be"
COMMON_NAMES = ("no commonName", "a commonName of one character", LONGEST_COMMON_NAME)


def batch_of(csr: DeviceCsr) -> tuple[str, bytes]:
    """The name and the octets of a Batched CSR of one Device CSR (M-F)."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("device.csr", csr.base64)
    return "conformance.zip", archive.getvalue()
