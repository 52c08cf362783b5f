"""What a response must not give away is found in it, and nothing else is."""

from __future__ import annotations

from base64 import b64encode
from html import escape

import pytest

from checks.disclosure import find_private_disclosure, find_stack_trace

TRACES = {
    "Python": b'Traceback (most recent call last):\n  File "/srv/ra.py", line 3, in issue\n    1/0\n',
    "Python, the end": b'  File "/srv/ra.py", line 3, in issue\nZeroDivisionError',
    "Python in HTML": escape('File "/srv/ra.py", line 3, in <module>').encode(),
    "Java": b"oops\n\tat uk.co.dcc.ra.Issuer.issue(Issuer.java:42)\n",
    "Java lambda": b"\n    at uk.co.dcc.Ra$1.lambda$run$0(Ra.java:1)",
    "Java name": b"<ErrorText>java.lang.NullPointerException</ErrorText>",
    "Java native": b"\n at java.base/java.net.Socket.read(Native Method)\n",
    ".NET": b"System.NullReferenceException: Object reference not set to an instance of an object.",
    ".NET frame": b"\n   at Dcc.Ra.Issuer.Issue(Csr csr) in C:\\src\\Issuer.cs:line 12\n",
    "PHP": b"<b>Fatal error</b>: Uncaught Error in /var/www/ra.php on line <b>12</b><br />",
    "PHP frame": b"#0 /var/www/ra.php(12): issue()",
    "Node.js": b"Error: x<br>    at Object.<anonymous> (/srv/app.js:10:15)<br>",
    "Node.js of itself": b"\n    at process.run (node:internal/process/task_queues:95:5)",
    "Go": b"panic: x\n\ngoroutine 1 [running]:\nmain.main()",
    "Ruby": b"/srv/ra.rb:12:in `issue'",
}


@pytest.mark.parametrize("body", TRACES.values(), ids=TRACES)
def test_a_stack_trace_is_found(body: bytes) -> None:
    found = find_stack_trace(b"<html>" + body + b"</html>")
    assert found
    assert "\n" not in found


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"404 Not Found",
        b"<Error><ErrorCode>CR:12</ErrorCode><ErrorText>The key at line 1 (P-384)</ErrorText></Error>",
        b"Fehler in Zeile 12: unerwartetes Element; at most 100 certificates (see M8.0)",
        b"Warning: the request was rejected. Look at https://ra.example/help:1",
        b"org.example is our domain",
    ],
)
def test_a_plain_answer_is_no_stack_trace(body: bytes) -> None:
    assert find_stack_trace(body) is None


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "unit", [b"\n at ", b'File "', b"#0 ", b"java.", b"System.", b"Warning ", b"at a(", b"<br>"]
)
def test_a_hostile_body_takes_no_long_time(unit: bytes) -> None:
    find_stack_trace(unit * (200_000 // len(unit)))


CANARY = b"root:x:0:0:/canary?7f3a"


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (CANARY, "as it is"),
        (b"root&#58;x&#x3a;0:0:/canary?7f3a", "character references"),
        (b"root%3Ax%3A0%3a0%3A%2Fcanary%3F7f3a", "percent-encoded"),
        (CANARY.hex().upper().encode(), "hexadecimal"),
        (b64encode(CANARY), "Base64"),
        (b64encode(b"a" + CANARY + b"b"), "Base64"),
        (b64encode(b"ab" + CANARY + b"bc"), "Base64"),
    ],
)
def test_a_secret_is_found_however_it_is_written(body: bytes, how: str) -> None:
    found = find_private_disclosure(b"<ErrorText>" + body + b"</ErrorText>", CANARY)
    assert found
    assert how in found


def test_a_secret_that_is_not_there_is_not_found() -> None:
    assert find_private_disclosure(b"<ErrorText>root:x:0:0:/canary</ErrorText>", CANARY) is None
    with pytest.raises(ValueError, match="8 octets"):
        find_private_disclosure(b"", b"short")
