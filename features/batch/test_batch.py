"""Binds the scenarios of the Batched Device CSR Web Service to pytest."""

from pytest_bdd import scenarios

scenarios("batch")
