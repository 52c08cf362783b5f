"""Clients of the web services that are reached through a DCC Gateway Connection."""
