"""The words of the feature files, and what they stand for."""

from __future__ import annotations

from clients.csr.device import DIGITAL_SIGNATURE, KEY_AGREEMENT

USAGES = {"Digital Signing": DIGITAL_SIGNATURE, "Key Agreement": KEY_AGREEMENT}
"""The two usages of a Device Certificate, and keyUsage's names for them."""

REFERENCES = {
    "1 character": "7",
    "32 characters": "0123456789abcdefABCDEF-._~+ 2026",
    "characters that XML escapes": "<a>&\"b\"'c'",
    "characters beyond ASCII": "Zähler №7 €",
    "spaces within": "two words  and more",
}
"""Values of a request's ID that its schema allows."""

SUITES = {
    "ECDHE-RSA-AES256-SHA": 0xC014,
    "ECDHE-RSA-AES128-SHA": 0xC013,
    "ECDHE-RSA-CHACHA20-POLY1305": 0xCCA8,
    "DHE-RSA-AES256-GCM-SHA384": 0x009F,
    "AES256-GCM-SHA384": 0x009D,
    "AES128-SHA": 0x002F,
    "DES-CBC3-SHA": 0x000A,
    "RC4-SHA": 0x0005,
    "NULL-SHA256": 0x003B,
    "AECDH-AES256-SHA": 0xC019,
}
"""Cipher suites of TLS 1.2 and older that M-G-a does not permit: OpenSSL's name to IANA's number."""

SUITES_OF_VERSION = {
    "SSLv3": (0x000A, 0x002F, 0x0035, 0xC013, 0xC014, 0x0005),
    "TLSv1": (0xC013, 0xC014, 0x002F, 0x0035, 0x000A),
    "TLSv1.1": (0xC013, 0xC014, 0x002F, 0x0035, 0x000A),
    "TLSv1.3": (0x1301, 0x1302, 0x1303),
}
"""What a client of that protocol version would offer."""
