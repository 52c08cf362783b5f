"""A pytest plugin that gives allure-pytest's results their Gherkin: steps, labels, links and exchanges.

allure-pytest alone knows the test function and its fixtures. At the end of a scenario, just before its
result is written, this plugin puts the scenario's own record (`item.stash[SCENARIO]`) in their place. It does
nothing unless Allure results were asked for (`--alluredir`). Neither a fixture's value nor a traceback, which
could hold a secret, is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any

import pytest
from allure_commons.model2 import Label, Link, Parameter, Status, StatusDetails, TestResult, TestStepResult
from allure_commons.types import AttachmentType, LabelType

from reports import transcript
from reports.allure_results import digest
from reports.model import SCENARIO, ScenarioResult, StepVerdict, Verdict
from reports.text import visible

EPIC = "SMKI"
LINK_TYPE = "requirement"
"""`--allure-link-pattern=requirement:https://...{}` sends the links elsewhere."""
REQUIREMENT_PAGE = "../index.html#req-{}"
"""Where a requirement stands, seen from an Allure report made in the run's own folder."""

_STATUS = {
    Verdict.PASS: Status.PASSED,
    Verdict.ADVISORY: Status.PASSED,
    Verdict.FAIL: Status.FAILED,
    Verdict.INCONCLUSIVE: Status.BROKEN,
    Verdict.SUSPENDED: Status.SKIPPED,
    Verdict.NOT_APPLICABLE: Status.SKIPPED,
    Verdict.NOT_RUN: Status.SKIPPED,
}
_STEP_STATUS = {
    StepVerdict.PASSED: Status.PASSED,
    StepVerdict.FAILED: Status.FAILED,
    StepVerdict.NOT_REACHED: Status.SKIPPED,
}
_KEPT_LABELS = frozenset(
    {"host", "thread", "framework", "language", "parentSuite", "suite", "subSuite", "package"}
)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Join allure-pytest's listener, where it is at work."""
    listener = config.pluginmanager.get_plugin("allure_listener")
    if listener is not None:
        _leave_out_fixtures(listener.allure_logger)
        config.pluginmanager.register(_Bridge(config, listener), "smki_allure_bridge")


def _leave_out_fixtures(logger: Any) -> None:
    """Forget the groups of fixtures in place of writing them: several files a scenario, of use to nobody."""

    def stop_group(group: str, **_: object) -> None:
        logger.drop_test(group)

    logger.stop_group = stop_group


class _Bridge:
    def __init__(self, config: pytest.Config, listener: Any) -> None:
        self._patterns: dict[str, str] = dict(config.option.allure_link_pattern)
        self._listener = listener
        self._item: pytest.Item | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._item = item
        try:
            return (yield)
        finally:
            self._item = None

    def pytest_runtest_logfinish(self) -> None:
        """Complete the result: every phase is over, and allure-pytest writes it right after."""
        if self._item is None:
            return
        scenario = self._item.stash.get(SCENARIO, None)
        logger = self._listener.allure_logger
        result = logger.get_test(None)
        if scenario is None or result is None:
            return
        _describe(result, scenario)
        result.links = [Link(LINK_TYPE, self._url(name), name) for name in scenario.requirements]
        for title, content, kind in _attachments(scenario):
            logger.attach_data(
                str(uuid.uuid4()), content, name=title, attachment_type=kind, parent_uuid=result.uuid
            )

    def _url(self, requirement: str) -> str:
        return self._patterns.get(LINK_TYPE, REQUIREMENT_PAGE).format(requirement)


def _describe(result: TestResult, scenario: ScenarioResult) -> None:
    result.name = f"{scenario.key} {scenario.title}"
    result.description = f"{scenario.feature_title} ({scenario.feature})"
    result.testCaseId = digest(scenario.id)
    result.historyId = digest(scenario.key)
    result.status = _STATUS[scenario.verdict]
    text = visible(f"{scenario.verdict}: {scenario.reason}") if scenario.reason else ""
    result.statusDetails = StatusDetails(message=text) if text else None
    result.parameters = [Parameter(name=name, value=value) for name, value in scenario.example.items()]
    result.steps = _steps(scenario)
    result.labels = [
        *(label for label in result.labels if label.name in _KEPT_LABELS),
        Label(LabelType.EPIC, EPIC),
        Label(LabelType.FEATURE, scenario.feature_title),
        Label(LabelType.STORY, scenario.id),
        *(Label(LabelType.TAG, name) for name in (*scenario.requirements, *scenario.needs)),
    ]


def _steps(scenario: ScenarioResult) -> list[TestStepResult]:
    """The Gherkin steps one after another from the scenario's start."""
    moment = _milliseconds(scenario.started_at)
    steps = []
    for step in scenario.steps:
        end = moment + round(step.seconds * 1000)
        steps.append(
            TestStepResult(
                name=f"{step.keyword} {step.text}",
                status=_STEP_STATUS[step.verdict],
                statusDetails=StatusDetails(message=visible(step.detail)) if step.detail else None,
                start=moment,
                stop=end,
            )
        )
        moment = end
    return steps


def _attachments(scenario: ScenarioResult) -> Iterator[tuple[str, str | bytes, AttachmentType]]:
    """Titles and contents: texts, then what a browser showed."""
    if scenario.findings:
        yield "Findings", transcript.findings(scenario.findings), AttachmentType.TEXT
    if scenario.exchanges:
        yield "Exchanges", transcript.exchanges(scenario.exchanges), AttachmentType.TEXT
    if scenario.notes:
        yield "Notes", "\n".join(map(visible, scenario.notes)), AttachmentType.TEXT
    for shot in scenario.screenshots:
        if shot.png:
            yield visible(shot.title), shot.png, AttachmentType.PNG


def _milliseconds(moment: datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment else 0
