"""Seeded defects: each makes the RA break one rule, and says which."""
