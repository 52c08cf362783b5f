"""The conformance run: `pytest` with no argument executes every scenario of `features/`."""

pytest_plugins = [
    "fixtures.conformance",
    "fixtures.plan",
    "fixtures.target",
    "fixtures.devices",
    "fixtures.subscribers",
    "fixtures.conversation",
    "steps.parties",
    "steps.adhoc_submissions",
    "steps.adhoc_answers",
    "steps.certificates",
    "steps.transport",
    "reports.allure_bridge",
]
