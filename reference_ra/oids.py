"""Object identifiers and fixed encodings of the profiles (spec: M-F, GBCS section 12, RFC 5280, RFC 5758)."""

from __future__ import annotations

from reference_ra.der import SEQUENCE, write, write_oid

EXTENSION_REQUEST = write_oid("1.2.840.113549.1.9.14")
KEY_USAGE = write_oid("2.5.29.15")
SUBJECT_ALT_NAME = write_oid("2.5.29.17")
SUBJECT_KEY_IDENTIFIER = write_oid("2.5.29.14")
AUTHORITY_KEY_IDENTIFIER = write_oid("2.5.29.35")
CERTIFICATE_POLICIES = write_oid("2.5.29.32")
BASIC_CONSTRAINTS = write_oid("2.5.29.19")
CRL_NUMBER = write_oid("2.5.29.20")
COMMON_NAME = write_oid("2.5.4.3")
ORGANIZATIONAL_UNIT_NAME = write_oid("2.5.4.11")
UNIQUE_IDENTIFIER = write_oid("2.5.4.45")
HARDWARE_MODULE_NAME = write_oid("1.3.6.1.5.5.7.8.4")

P256_KEY = write(SEQUENCE, write_oid("1.2.840.10045.2.1"), write_oid("1.2.840.10045.3.1.7"))
"""AlgorithmIdentifier of a public key: id-ecPublicKey on prime256v1."""
ECDSA_WITH_SHA256 = write(SEQUENCE, write_oid("1.2.840.10045.4.3.2"))
"""AlgorithmIdentifier of a signature: the parameters are absent (RFC 5758)."""

DIGITAL_SIGNATURE = bytes.fromhex("03020780")
"""keyUsage's extnValue: bit 0 alone."""
KEY_AGREEMENT = bytes.fromhex("03020308")
"""keyUsage's extnValue: bit 4 alone."""

DEVICE_POLICY = "1.2.826.0.1.8641679.1.2.1.4"
"""The Device Certificate Policy of this RA's environment."""
