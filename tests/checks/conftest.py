"""A CA, a Device's key and the profile that fits them."""

from __future__ import annotations

import pytest

from checks.certificate import DeviceProfile
from tests.checks.builder import HW_TYPE, POLICY, Authority, Plan, PrivateKey, new_key


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(new_key())


@pytest.fixture(scope="session")
def device_key() -> PrivateKey:
    return new_key()


@pytest.fixture(scope="session")
def plan(authority: Authority, device_key: PrivateKey) -> Plan:
    return authority.plan(device_key)


@pytest.fixture(scope="session")
def profile(authority: Authority) -> DeviceProfile:
    return DeviceProfile(POLICY, [authority.certificate], hw_type_oid=HW_TYPE)
