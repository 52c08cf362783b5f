"""Step definitions, a module for each area: a step says what happens, and calls a client or a check."""
