"""What a response must not give away: how the RA is built, and what an attacker's document made it read."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from html import unescape
from urllib.parse import quote_from_bytes, unquote_to_bytes

MAXIMUM_OCTETS = 1024 * 1024
"""No more of a body is searched."""

_EXCERPT = 160

# Every repetition is bounded or of one class of characters, so the time is linear whatever the body is.
_STACK_TRACES = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        # Python
        r"Traceback \(most recent call last\)",
        r'File "[^"\n]{1,300}", line \d{1,9}, in ',
        # Java
        r"^\s{0,20}at [\w.$<>/@-]{1,300}\([\w$.-]{1,200}\.(?:java|kt|scala|groovy):\d{1,9}\)",
        r"^\s{0,20}at [\w.$<>/@-]{1,300}\((?:Native Method|Unknown Source)\)",
        r"Exception in thread \"",
        r"\b(?:java|javax|jakarta|org|com|net)\.[\w.$]{1,200}(?:Exception|Error)\b",
        # .NET
        r"\bSystem\.[\w.]{0,200}Exception\b",
        r"^\s{0,20}at [\w.`<>+\[\],]{1,300}\([^)\n]{0,300}\) in [^\n]{1,300}:line \d",
        r"--- End of inner exception stack trace ---",
        # PHP
        r"PHP (?:Fatal error|Warning|Notice|Parse error|Stack trace)",
        r"(?:Fatal error|Warning|Notice|Parse error)\b[^\n]{1,500} on line \D{0,10}\d",
        r"#\d{1,4} [^\s(]{1,300}\.php\(\d{1,9}\): ",
        # Node.js
        r"^\s{0,20}at [^\n(]{0,300}\(?(?:node:|file://|/|[A-Z]:\\)[^\n)]{1,300}:\d{1,9}:\d{1,9}\)?",
        # Go and Ruby
        r"^goroutine \d{1,9} \[",
        r"\.rb:\d{1,9}:in [`']",
    )
)

_DATABASE_ERRORS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bSQLSTATE\b",
        r"\bsqlite3?\.\w{1,40}Error\b",
        r"\bSQLITE_[A-Z]{3,20}\b",
        r'near "[^"\n]{0,200}": syntax error',
        r"\b(?:psycopg2?|pymysql|MySQLdb|sqlalchemy|cx_Oracle|pyodbc)\.",
        r"syntax error at or near ",
        r"[Uu]nterminated quoted string",
        r"You have an error in your SQL syntax",
        r"\bORA-\d{5}\b",
        r"Unclosed quotation mark ",
        r"\bODBC\b[^\n]{0,100}Driver\b",
    )
)


def find_database_error(body: bytes) -> str | None:
    """The first sign of a database's error in a response (SQLite, PostgreSQL, MySQL, Oracle, SQL Server),
    with what follows on its line; None where there is none."""
    return _first_sign(body, _DATABASE_ERRORS)


def find_stack_trace(body: bytes) -> str | None:
    """The first sign of a stack trace in a response (Python, Java, .NET, PHP, Node.js, Go, Ruby), with what
    follows on its line; None where there is none."""
    return _first_sign(body, _STACK_TRACES)


def _first_sign(body: bytes, signs: Iterable[re.Pattern[str]]) -> str | None:
    text = unescape(body[:MAXIMUM_OCTETS].decode("utf-8", "replace"))
    text = re.sub(r"<br ?/?>", "\n", text)
    found = [match for pattern in signs if (match := pattern.search(text))]
    if not found:
        return None
    start = min(match.start() for match in found)
    return text[start : start + _EXCERPT].strip().splitlines()[0]


def find_private_disclosure(body: bytes, canary: bytes) -> str | None:
    """How a secret that the RA was tempted to read shows in a response; None where it does not.

    `canary` is a text of at least 8 octets that stands nowhere in the request; fewer raise ValueError. It is
    looked for as it is, with character references, percent-encoded, in hexadecimal and in Base64.
    """
    if len(canary) < 8:
        raise ValueError("a canary of fewer than 8 octets could be there by chance")
    searched = body[:MAXIMUM_OCTETS]
    if canary in searched:
        return "as it is"
    if canary in unescape(searched.decode("utf-8", "replace")).encode():
        return "with character references"
    if canary in unquote_to_bytes(searched) or quote_from_bytes(canary).encode() in searched:
        return "percent-encoded"
    if canary.hex().encode() in searched.lower():
        return "in hexadecimal"
    if any(form in searched for form in _base64_forms(canary)):
        return "in Base64"
    return None


def _base64_forms(canary: bytes) -> list[bytes]:
    """What Base64 shows of the canary at each alignment, less the characters that its neighbours share."""
    forms = []
    for before in range(3):
        encoded = b64encode(bytes(before) + canary)
        complete = (before + len(canary)) // 3 * 4
        forms.append(encoded[-(-before * 8 // 6) : complete])
    return forms
