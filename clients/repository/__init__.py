"""Clients of the SMKI Repository (Appendices O and P): its Web Service, its portal, its files by SFTP."""
