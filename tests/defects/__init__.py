"""The suite tried on RAs that are known to be right, wrong in one way, or right in another way."""
