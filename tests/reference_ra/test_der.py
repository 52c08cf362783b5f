from __future__ import annotations

from pathlib import Path

import pytest

from reference_ra import der
from reference_ra.csr import CSR_RULES, device_of, parse_csr
from tests.reference_ra.craft import LEGAL, WRONG, integer

VECTOR = Path(__file__).parent.parent / "vectors" / "device-csr.der"


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "30",
        "3080",
        "30800000",
        "308100",
        "30820001ff",
        "300100ff",
        "3002",
        "1f0100",
        "30840000000100",
        "3085",
    ],
)
def test_what_is_not_der_is_refused(octets: str) -> None:
    with pytest.raises(der.DerError):
        der.read_one(bytes.fromhex(octets), der.SEQUENCE)


@pytest.mark.parametrize("contents", ["", "0001", "ff80", "00"])
def test_integers_are_in_their_shortest_form(contents: str) -> None:
    element = der.read_one(der.write(der.INTEGER, bytes.fromhex(contents)), der.INTEGER)
    if contents == "00":
        assert der.read_integer(element) == 0
    else:
        with pytest.raises(der.DerError):
            der.read_integer(element)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, -1, -128, -129, 2**127])
def test_integers_survive_a_round_trip(value: int) -> None:
    assert der.read_integer(der.read_one(integer(value), der.INTEGER)) == value


def test_the_published_device_csr_keeps_every_rule() -> None:
    csr = parse_csr(VECTOR.read_bytes())
    assert [name for name, broken in CSR_RULES.items() if broken(csr)] == []
    assert device_of(csr) == bytes.fromhex("00db1234567890a0")


@pytest.mark.parametrize("name", LEGAL)
def test_a_right_csr_keeps_every_rule(name: str) -> None:
    csr = parse_csr(LEGAL[name].build())
    assert [rule for rule, broken in CSR_RULES.items() if broken(csr)] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_csr_breaks_a_rule_or_cannot_be_read(name: str) -> None:
    try:
        csr = parse_csr(WRONG[name].build())
    except der.DerError:
        return
    assert [rule for rule, broken in CSR_RULES.items() if broken(csr)]


def test_a_csr_cut_anywhere_cannot_be_read() -> None:
    octets = VECTOR.read_bytes()
    for length in range(len(octets)):
        with pytest.raises(der.DerError):
            parse_csr(octets[:length])
