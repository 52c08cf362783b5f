"""``python -m reference_ra``."""

from __future__ import annotations

import sys

from reference_ra.cli import main

if __name__ == "__main__":
    sys.exit(main())
