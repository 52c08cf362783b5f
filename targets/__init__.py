"""Target files: which RA is under test, and what the suite holds to speak to it."""
