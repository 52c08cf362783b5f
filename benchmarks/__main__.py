"""``python -m benchmarks [NAME]...`` runs the named benchmarks, all of them by default.

Prints a line for each. Exit status 0 where every limit is kept, 1 where one is not, 4 for a usage error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks import batch, batch_verdict, csr, factory, pickup_verdict, repository, run, verdict
from benchmarks.harness import Result

BENCHMARKS: dict[str, Callable[[], Result]] = {
    "run": run.measure,
    "portals": run.portals,
    "csr": csr.measure,
    "factory": factory.measure,
    "verdict": verdict.measure,
    "batch-verdict": batch_verdict.measure,
    "pickup-verdict": pickup_verdict.measure,
    "batch-memory": batch.memory,
    "batch": batch.cost,
    "batch-ra": batch.issuing,
    "portal-batch-memory": partial(batch.memory, batch.PORTAL),
    "portal-batch": partial(batch.cost, batch.PORTAL),
    "portal-batch-ra": partial(batch.issuing, batch.PORTAL),
    "repository-search": repository.search,
    "repository-retrieve": repository.retrieve,
    "repository-extract": repository.extract,
}


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks named in `arguments` and return the exit status."""
    unknown = [name for name in arguments if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}: there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 4
    results = []
    for name in arguments or BENCHMARKS:
        results.append(BENCHMARKS[name]())
        print(results[-1], flush=True)
    return 0 if all(result.met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
