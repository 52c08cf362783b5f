"""The real Device CSR of the GBCS test vectors, as a mould for new ones.

The octets are from the DCC-published GBCS test vectors (public test data): 279 octets, of which the key, the
Device ID and the signature are replaced.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clients.csr import der
from clients.csr.device import DIGITAL_SIGNATURE, ECDSA_WITH_SHA256, DeviceCsr, new_key, signer

_BEFORE_POINT = bytes.fromhex("3081ba02010030003059301306072a8648ce3d020106082a8648ce3d030107034200")
_BEFORE_DEVICE_ID = bytes.fromhex(
    "a058305606092a864886f70d01090e31493047300e0603551d0f0101ff04040302078030350603551d110101ff042b3029"
    "a02706082b06010505070804a01b3019060d2a863a0001848fb90f01020201" + "0408"
)


def device_csr_like_the_vector(device_id: bytes) -> DeviceCsr:
    """A Device CSR for Digital Signing that differs from the vector in key, Device ID and signature alone."""
    key = new_key()
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    info = _BEFORE_POINT + point + _BEFORE_DEVICE_ID + device_id
    request = der.sequence(info, ECDSA_WITH_SHA256, der.bit_string(signer(key)(info)))
    return DeviceCsr(request, device_id, DIGITAL_SIGNATURE, key)
