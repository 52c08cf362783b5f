"""Binds the scenarios of the SMKI Portals to pytest."""

from pytest_bdd import scenarios

scenarios("portal")
