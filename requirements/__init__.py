"""The catalogue of requirements, and how far the scenarios cover it."""
