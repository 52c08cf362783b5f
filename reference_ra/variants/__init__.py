"""Legal variants: each makes the RA behave differently, yet within the rules."""
