"""What is done with what users submit, and what they may see: the portals without their pages (M-2.3.1)."""

from __future__ import annotations

from typing import BinaryIO

from reference_ra.policies import Authority, Policies
from reference_ra.portal.records import BatchFile, Interface, PickupItem, PortalRequest, Section
from reference_ra.registry import Credential


class Desk:
    """Takes requests for one authority and shows what became of them, as its policies say."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Serve one authority's portals."""
        self._authority = authority
        self._policies = policies

    async def submit_organisation_csr(
        self, credential: Credential, text: str, interface: Interface
    ) -> PortalRequest:
        """An Organisation CSR as it was pasted (M-2.3.1.1-a)."""
        raise NotImplementedError

    async def submit_device_csr(self, credential: Credential, text: str) -> PortalRequest:
        """An ad hoc Device CSR as it was pasted (M-2.3.1.6-a)."""
        raise NotImplementedError

    async def submit_batch(self, credential: Credential, file_name: str, file: BinaryIO) -> PortalRequest:
        """A Batched CSR as it was uploaded (M-2.3.1.6-b).

        One that is refused becomes a request that was rejected; nothing of its content is kept.
        """
        raise NotImplementedError

    def requests(self, credential: Credential, section: Section) -> list[PortalRequest]:
        """The requests of a section that the holder of a credential may see, the latest first."""
        raise NotImplementedError

    def request(self, credential: Credential, reference: str) -> PortalRequest | None:
        """One of them; None where there is none, or it is not for them to see."""
        raise NotImplementedError

    def pickups(self, credential: Credential) -> list[PickupItem]:
        """What can be picked up now, the latest first (M-2.3.1.9-c and -d)."""
        raise NotImplementedError

    def certificate_file(self, credential: Credential, reference: str) -> tuple[str, bytes] | None:
        """Name and content of the certificate's file, of an Organisation CSR or an ad hoc Device CSR."""
        raise NotImplementedError

    async def batch_file(
        self, credential: Credential, reference: str, which: BatchFile, file: BinaryIO
    ) -> str | None:
        """Write a file of a batch, and give its name; None where there is none now."""
        raise NotImplementedError
