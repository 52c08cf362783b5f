"""The factory of Device CSRs: each as the careful builder makes it, in order, and with a key of its own."""

from __future__ import annotations

from itertools import islice

import pytest
from cryptography import x509

from clients.csr.device import DIGITAL_SIGNATURE, KEY_AGREEMENT, build_device_csr
from clients.csr.factory import CHUNK, CsrFactory, device_ids

HW_TYPE = "1.2.826.0.1.8641679.1.2.2.1"
PREFIX = bytes.fromhex("00db12")


def wanted(count: int) -> list[tuple[bytes, str]]:
    usages = (DIGITAL_SIGNATURE, KEY_AGREEMENT)
    return [(each, usages[number % 2]) for number, each in enumerate(device_ids("seed", count, PREFIX))]


def test_device_ids_repeat_and_differ() -> None:
    first = list(device_ids("one", 5000, PREFIX))
    assert first == list(device_ids("one", 5000, PREFIX))
    assert first[:100] == list(device_ids("one", 100, PREFIX))
    assert len(set(first)) == 5000
    assert all(len(each) == 8 and each.startswith(PREFIX) for each in first)
    assert not set(first) & set(device_ids("two", 5000, PREFIX))
    assert len(set(device_ids("all", 256, b"1234567"))) == 256
    assert list(device_ids("the one", 1, b"12345678")) == [b"12345678"]


@pytest.mark.parametrize(("count", "prefix"), [(257, b"1234567"), (2, b"12345678"), (1, b"123456789")])
def test_more_device_ids_than_there_are_is_an_error(count: int, prefix: bytes) -> None:
    with pytest.raises(ValueError, match="there are no"):
        device_ids("seed", count, prefix)


def test_a_device_csr_is_that_of_the_builder_but_for_its_signature() -> None:
    with CsrFactory(HW_TYPE, keep_keys=True) as factory:
        for made in factory.make(wanted(20)):
            csr = made.as_device_csr()
            assert csr.key is not None
            built = build_device_csr(made.device_id, made.key_usage, HW_TYPE, csr.key)
            ours, theirs = x509.load_der_x509_csr(made.der), x509.load_der_x509_csr(built.der)
            assert ours.tbs_certrequest_bytes == theirs.tbs_certrequest_bytes
            assert ours.is_signature_valid


def test_many_are_made_in_order_by_several_processes() -> None:
    order = wanted(1000)
    with CsrFactory(HW_TYPE, processes=2) as factory:
        made = list(factory.make(iter(order), chunk=50))
        again = list(factory.make(order[:120], chunk=50))
    assert [(each.device_id, each.key_usage) for each in made] == order
    assert all(each.device_id in each.der for each in made)
    assert all(each.private_value is None and each.as_device_csr().key is None for each in made)
    assert len({each.der for each in (*made, *again)}) == 1120
    assert x509.load_der_x509_csr(made[777].der).is_signature_valid


def test_keys_are_kept_where_asked_for_and_not_shown() -> None:
    with CsrFactory(HW_TYPE, processes=2, keep_keys=True) as factory:
        made = list(factory.make(wanted(120), chunk=50))
    assert len({each.private_value for each in made}) == 120
    csr = made[99].as_device_csr()
    assert csr.key is not None
    assert x509.load_der_x509_csr(csr.der).public_key() == csr.key.public_key()
    assert "private" not in repr(made[0])


def test_no_more_is_asked_for_than_a_few_chunks_ahead() -> None:
    asked = 0

    def endless():
        nonlocal asked
        for each in device_ids("endless", 10**9, PREFIX):
            asked += 1
            yield each, DIGITAL_SIGNATURE

    with CsrFactory(HW_TYPE, processes=2) as factory:
        assert len(list(islice(factory.make(endless(), chunk=10), 100))) == 100
    assert asked <= 100 + 2 * 3 * 10 + 10


def test_one_process_makes_them_as_well() -> None:
    with CsrFactory(HW_TYPE, processes=1) as factory:
        made = list(factory.make(wanted(30), chunk=10))
    assert [(each.device_id, each.key_usage) for each in made] == wanted(30)


def test_nothing_wanted_is_nothing_made() -> None:
    with CsrFactory(HW_TYPE) as factory:
        assert list(factory.make([])) == []


@pytest.mark.parametrize("chunk", [CHUNK, 1])
def test_what_is_no_device_is_an_error_of_the_caller(chunk: int) -> None:
    with CsrFactory(HW_TYPE, processes=2) as factory:
        with pytest.raises(ValueError, match="a Device ID of 7 octets"):
            list(factory.make([(b"1234567", DIGITAL_SIGNATURE)] * 2, chunk))
        with pytest.raises(KeyError):
            list(factory.make([(b"12345678", "signing")] * 2, chunk))
