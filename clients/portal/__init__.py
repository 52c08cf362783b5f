"""The SMKI Portal, via DCC Gateway Connection and via the Internet (Appendix M, 2.3)."""
