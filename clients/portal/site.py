"""A site that a person uses: where it is, and which addresses are its own."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from clients.connection import Connection


class Site:
    """What every such site has, whatever its pages are."""

    __slots__ = ()

    interface: str
    """Its name in the target file."""
    connection: Connection
    """Its URL is that of the first page."""
    hosts: frozenset[str]
    """Hosts, beside the first page's, that its links and forms may lead to. None else is visited."""
    browser: Path | None
    """The browser to use where the client needs one; None: one that is found."""
    file_seconds: float
    """The patience with an upload or a download, in place of the connection's `response_seconds`."""

    @property
    def own_hosts(self) -> frozenset[str]:
        """Every host that is the site's, the first page's among them."""
        return self.hosts | {urlsplit(self.connection.url).hostname or ""}

    def admits(self, url: str) -> bool:
        """Whether a URL is the site's: https, at one of its hosts, with no user in it."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port  # reading the port checks it
        except ValueError:
            return False
        return parts.scheme == "https" and "@" not in parts.netloc and host in self.own_hosts
