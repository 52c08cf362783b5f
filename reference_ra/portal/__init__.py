"""The SMKI Portals, via DCC Gateway Connection and via the Internet (M-2.3; S-3)."""
