"""The conformance run: `pytest` with no argument executes every scenario of `features/`."""

pytest_plugins = [
    "fixtures.conformance",
    "fixtures.plan",
    "fixtures.resume",
    "fixtures.target",
    "fixtures.devices",
    "fixtures.subscribers",
    "fixtures.conversation",
    "fixtures.kept_batch",
    "fixtures.portals",
    "steps.parties",
    "steps.adhoc_submissions",
    "steps.adhoc_answers",
    "steps.certificates",
    "steps.batch_parties",
    "steps.batch_submissions",
    "steps.batch_answers",
    "steps.batch_queries",
    "steps.batch_states",
    "steps.transport",
    "reports.allure_bridge",
]
