"""The command line: ``python -m reference_ra --directory DIR``."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reference_ra.alterations import Alteration, UnknownAlteration, alterations, find
from reference_ra.batch.policies import BatchLimits
from reference_ra.conformant import conformant_policies
from reference_ra.pki import open_pki
from reference_ra.policies import Policies
from reference_ra.server import serving
from reference_ra.target_file import INTERFACES, write_credentials, write_target

USAGE_ERROR = 4


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(f"{number} is not positive")
    return number


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # ends the process
        """One line, and the status of a usage error."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="reference_ra", description="The built-in Registration Authority.")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="where it keeps and writes everything")
    parser.add_argument("--pki", type=Path, metavar="DIR", help="its test PKI, kept for the next time")
    parser.add_argument("--defect", action="append", default=[], metavar="NAME", help="break a rule")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME", help="differ legally")
    parser.add_argument(
        "--batch-limit",
        type=_positive,
        default=BatchLimits().csrs,
        metavar="N",
        help="Device CSRs that a batch may hold (SEC L8.2)",
    )
    parser.add_argument(
        "--claim",
        action="append",
        choices=INTERFACES,
        help="claim this interface in the target file, and only those so given (default: all)",
    )
    parser.add_argument(
        "--plain-repository",
        action="store_true",
        help="serve the Repository's Web Service over plain HTTP too, for local emulation",
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when standard input ends")
    parser.add_argument("--list", action="store_true", help="print the defects and variants as JSON, and end")
    chosen = parser.parse_args(arguments)
    if not chosen.list and chosen.directory is None:
        parser.error("--directory is missing: say where to write the target file and the credentials")
    try:
        chosen.alterations = [find("variant", name) for name in chosen.variant]
        chosen.alterations += [find("defect", name) for name in chosen.defect]
    except UnknownAlteration as error:
        parser.error(str(error))
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    chosen = _arguments(arguments)
    if chosen.list:
        listing = [alteration.as_dict() for alteration in alterations().values()]
        print(json.dumps(listing, indent=2))
        return 0
    logging.basicConfig(level=logging.WARNING, format="reference_ra: %(levelname)s: %(message)s")
    try:
        directory: Path = chosen.directory
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "target.toml").unlink(missing_ok=True)
        asyncio.run(_serve(chosen))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(f"reference_ra: {error}", file=sys.stderr)
        return USAGE_ERROR
    return 0


def _policies(batch_limit: int, altered: Sequence[Alteration]) -> Policies:
    """The limit first: alterations lean on the policies that they are given."""
    policies = conformant_policies()
    limits = replace(policies.batch.limits, csrs=batch_limit)
    policies = replace(policies, batch=replace(policies.batch, limits=limits))
    for alteration in altered:
        policies = alteration.alter(policies)
    return policies


async def _serve(chosen: argparse.Namespace) -> None:
    directory: Path = chosen.directory
    altered: Sequence[Alteration] = chosen.alterations
    stop = _stop_event(chosen.until_stdin_closes)
    pki = open_pki(chosen.pki or directory / "pki")
    policies = _policies(chosen.batch_limit, altered)
    write_credentials(directory, pki)
    async with serving(directory, pki, policies, plain_repository=chosen.plain_repository) as endpoints:
        labels = [f"{alteration.kind} {alteration.name}" for alteration in altered]
        print(f"Ad Hoc Device CSR Web Service  {endpoints.adhoc}")
        print(f"Batched Device CSR Web Service {endpoints.batch}")
        print(f"SMKI Portal via DCC Gateway    {endpoints.portal_gateway}")
        print(f"SMKI Portal via the Internet   {endpoints.portal_internet}")
        print(f"SMKI Repository portal         {endpoints.repository_portal}")
        print(f"SMKI Repository Web Service    {endpoints.repository_web_service}")
        if endpoints.plain_repository is not None:
            print(f"the same, over plain HTTP      {endpoints.plain_repository}")
        print(f"SMKI Repository by SFTP        {endpoints.repository_sftp}")
        print(f"Operator's management port     {endpoints.management}")
        file = write_target(
            directory,
            endpoints,
            labels,
            chosen.batch_limit,
            policies,
            chosen.claim or INTERFACES,
        )
        print(f"Target file                    {file}", flush=True)
        await stop.wait()


def _stop_event(until_stdin_closes: bool) -> asyncio.Event:
    """Set by SIGINT, SIGTERM, or the end of standard input."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask() -> None:
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ask())
    if until_stdin_closes:

        def watch() -> None:
            # Not sys.stdin: its lock, held here, would stop the interpreter from ending.
            while os.read(0, 4096):
                pass
            ask()

        threading.Thread(target=watch, daemon=True).start()
    return stop
