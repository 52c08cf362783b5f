"""The pickup files of a batch: right ones pass in either layout, each fault is found by its requirement."""

from __future__ import annotations

import io
import re
import zipfile
from base64 import b64encode, encodebytes
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.batch_result import Expectation, SentBatch
from checks.certificate import DeviceProfile
from checks.finding import Finding
from checks.pickup import (
    PickupFile,
    PickupFiles,
    PickupVerdict,
    certificate_octets,
    judge_pickup,
    judge_same_pickup,
)
from tests.checks.builder import HW_TYPE, POLICY, Authority, device_csr, new_key
from tests.checks.der_writer import integer

RECORD = re.compile(r"^(?P<id>[^\t]+)\t(?P<name>[^\t]+)\t(?P<status>[a-z]+)(?:\t(?P<code>\S+))?$")
AUTHORITY = Authority(new_key())
PROFILE = DeviceProfile(POLICY, [AUTHORITY.certificate], hw_type_oid=HW_TYPE)
KEYS = {name: new_key() for name in ("one", "two", "three")}
CSRS = {name: device_csr(key) for name, key in KEYS.items()}
REFUSED = Expectation(frozenset({"CSR_ERROR"}), "M-2.3.1.8-d")


def issued(name: str, serial: int) -> bytes:
    return AUTHORITY.plan(KEYS[name]).but(serial=integer((1 << 120) + serial)).sign(AUTHORITY.key)


CERTIFICATES = {name: issued(name, number) for number, name in enumerate(KEYS)}
FILES = {f"{name}.crt": b64encode(der) for name, der in CERTIFICATES.items()}
LINES = [f"{number}\t{name}.csr\tsuccess" for number, name in enumerate(KEYS, 1)]
REPORT = "\n".join(LINES) + "\n"


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sent(**others: Expectation) -> SentBatch:
    batch = SentBatch(CSRS.items())
    for name, expectation in others.items():
        batch.add(name, CSRS.get(name, b""), expectation)
    return batch


def judged(
    report: str | bytes = REPORT,
    certificates: Mapping[str, bytes] | bytes | None = FILES,
    *,
    batch: SentBatch | None = None,
    name: str = "meters-response.zip",
    one_file: bool = False,
    take: Callable[[str, bytes], None] | None = None,
) -> PickupVerdict:
    text = report.encode() if isinstance(report, str) else report
    archive = zipped(certificates) if isinstance(certificates, Mapping) else certificates
    files = PickupFiles(
        PickupFile("meters-report.txt", io.BytesIO(text)),
        PickupFile(name, io.BytesIO(archive)) if archive is not None else None,
    )
    if one_file:
        inner = {} if archive is None else {"meters-response.zip": archive}
        outer = zipped({"report.txt": text, **inner})
        files = PickupFiles(response=PickupFile(name, io.BytesIO(outer)))
    return judge_pickup(files, batch or sent(), PROFILE, record=RECORD, archive_name="meters.zip", take=take)


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


@pytest.mark.parametrize("one_file", [False, True])
def test_right_files_pass_in_either_layout(one_file: bool) -> None:
    taken: dict[str, bytes] = {}
    verdict = judged(one_file=one_file, take=taken.__setitem__)
    assert verdict.findings == []
    assert verdict.layout == ("one response file" if one_file else "two files")
    assert (verdict.records, verdict.certificates, verdict.statuses) == (3, 3, {"success": 3})
    assert taken == CERTIFICATES


PEM = b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n"
LEGAL: dict[str, tuple[str | bytes, Mapping[str, bytes]]] = {
    "names without extension": (REPORT.replace(".csr", ""), FILES),
    "another order": ("\n".join(reversed(LINES)), dict(reversed(FILES.items()))),
    "CRLF and a heading": ("Report of batch 7\r\n\r\n" + REPORT.replace("\n", "\r\n"), FILES),
    "a byte order mark": (b"\xef\xbb\xbf" + REPORT.encode(), FILES),
    "UTF-16": (REPORT.encode("utf-16"), FILES),
    "PEM": (REPORT, {name: PEM % encodebytes(CERTIFICATES[name[:-4]]) for name in FILES}),
    "lines of Base64": (REPORT, {name: encodebytes(CERTIFICATES[name[:-4]]) for name in FILES}),
}


@pytest.mark.parametrize(("report", "files"), LEGAL.values(), ids=LEGAL)
@pytest.mark.parametrize("one_file", [False, True])
def test_what_the_text_allows_passes(report: str | bytes, files: Mapping[str, bytes], one_file: bool) -> None:
    if one_file and isinstance(report, bytes) and report.startswith(b"\xff\xfe"):
        report = REPORT
    assert judged(report, files, one_file=one_file).findings == []


def without(*names: str) -> dict[str, bytes]:
    return {name: content for name, content in FILES.items() if name not in names}


RECORDS, KEPT, ARCHIVED, ISSUE = "M-F-ZIP-e", "M-F-ZIP-d", "M-F-ZIP-f", "M-2.3.1.9-a"
FIRST = LINES[0]
ERROR = FIRST.replace("success", "error\tCR:0007")
WRONG = CERTIFICATES["one"][:-1] + b"\x00"
BROKEN: dict[str, tuple[str | bytes, Mapping[str, bytes] | bytes | None, set[str]]] = {
    "an empty report": ("", FILES, {RECORDS}),
    "a record is missing": (REPORT.replace(FIRST + "\n", ""), FILES, {RECORDS}),
    "a record twice": (REPORT + FIRST.replace("1\t", "4\t"), FILES, {RECORDS}),
    "an identifier twice": (REPORT.replace("2\t", "1\t"), FILES, {RECORDS}),
    "no identifier": (REPORT.replace("2\t", " \t"), FILES, {RECORDS}),
    "a name that is not kept": (REPORT.replace("one.csr", "1.csr"), FILES, {KEPT}),
    "a record of a name never sent": (REPORT + "4\tfour.csr\tsuccess", FILES, {KEPT}),
    "an unknown status": (REPORT.replace("success", "issued", 1), FILES, {RECORDS, ISSUE, ARCHIVED}),
    "a status in capitals": (
        REPORT.replace("success", "SUCCESS"),
        FILES,
        {RECORDS},
    ),
    "success with a code": (REPORT.replace(FIRST, FIRST + "\tCR:1"), FILES, {RECORDS}),
    "refused without reason": (REPORT.replace(FIRST, ERROR), without("one.crt"), {ISSUE}),
    "refused with a certificate": (REPORT.replace(FIRST, ERROR), FILES, {ISSUE, ARCHIVED}),
    "a line too long": ("x" * 100_000 + "\n" + REPORT, FILES, {RECORDS}),
    "a certificate is missing": (REPORT, without("two.crt"), {ARCHIVED}),
    "no certificates": (REPORT, None, {"M-2.3.1.9-d"}),
    "an empty archive": (REPORT, {}, {ARCHIVED}),
    "no archive": (REPORT, b"not a ZIP", {ARCHIVED}),
    "a certificate in a folder": (
        REPORT,
        {**without("one.crt"), "folder/one.crt": FILES["one.crt"]},
        {ARCHIVED},
    ),
    "a folder": (REPORT, {**FILES, "folder/": b""}, {ARCHIVED}),
    "names kept whole": (
        REPORT,
        {f"{name[:-4]}.csr": content for name, content in FILES.items()},
        {ARCHIVED},
    ),
    "another extension": (
        REPORT,
        {f"{name[:-4]}.cer": content for name, content in FILES.items()},
        {ARCHIVED},
    ),
    "a file beside": (REPORT, {**FILES, "readme.txt": b"Hello"}, {ARCHIVED}),
    "a certificate of a name never sent": (REPORT, {**FILES, "four.crt": FILES["one.crt"]}, {ARCHIVED}),
    "DER": (REPORT, {**FILES, "one.crt": CERTIFICATES["one"]}, {ARCHIVED}),
    "no octets": (REPORT, {**FILES, "one.crt": b""}, {ARCHIVED}),
    "a large file": (REPORT, {**FILES, "one.crt": FILES["one.crt"] + b"\n" * 100_000}, {ARCHIVED}),
    "other PEM lines": (
        REPORT,
        {**FILES, "one.crt": b"-----BEGIN CMS-----\n" + FILES["one.crt"] + b"\n-----END CMS-----"},
        {ARCHIVED},
    ),
    "Base64 of something else": (REPORT, {**FILES, "one.crt": b64encode(b"something else")}, {"G-12-a"}),
    "a certificate that breaks its profile": (REPORT, {**FILES, "one.crt": b64encode(WRONG)}, {"G-12-a"}),
    "certificates exchanged": (
        REPORT,
        {**FILES, "one.crt": FILES["two.crt"], "two.crt": FILES["one.crt"]},
        {ISSUE},
    ),
    "one serial number twice": (REPORT, {**FILES, "one.crt": b64encode(issued("one", 1))}, {"G-DEV-b"}),
}


@pytest.mark.parametrize(("report", "files", "broken"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("one_file", [False, True])
def test_each_fault_is_found_under_its_own_requirement(
    report: str | bytes, files: Mapping[str, bytes] | bytes | None, broken: set[str], one_file: bool
) -> None:
    findings = judged(report, files, one_file=one_file).findings
    assert requirements(findings) == broken
    assert all(finding.observed and finding.where for finding in findings)


def test_a_name_twice_in_the_archive_is_found() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("one.crt", FILES["one.crt"])
    (finding,) = judged(certificates=buffer.getvalue()).findings
    assert (finding.requirement, finding.observed) == (ARCHIVED, "once again")


def test_the_archive_is_named_as_the_request() -> None:
    for name in ("meters.zip", "meters-response", "response.zip", "Meters-response.zip"):
        assert requirements(judged(name=name).findings) == {"M-F-ZIP-g"}
    # Of the one response file and the ZIP in it, either may have the name.
    assert judged(name="whatever.zip", one_file=True).findings == []


def test_what_a_faulty_device_csr_comes_to_is_expected_of_it() -> None:
    report = REPORT.replace(FIRST, ERROR)
    verdict = judged(report, without("one.crt"), batch=sent(one=REFUSED))
    assert verdict.findings == []
    assert verdict.unissued == {"one": ("error", "CR:0007")}
    assert requirements(judged(batch=sent(one=REFUSED)).findings) == {"M-2.3.1.8-d"}
    words = Expectation(frozenset({"anomaly"}), "M-2.3.1.8-d")
    anomaly = report.replace("error\tCR:0007", "anomaly")
    assert judged(anomaly, without("one.crt"), batch=sent(one=words)).findings == []
    assert requirements(judged(report, without("one.crt"), batch=sent(one=words)).findings) == {"M-2.3.1.8-d"}


@pytest.mark.parametrize("word", ["anomaly", "ineligible", "error"])
def test_each_status_of_the_web_service_has_its_word(word: str) -> None:
    status = {"anomaly": "ISSUANCE_ANOMALY", "ineligible": "INELIGIBLE", "error": "CSR_ERROR"}[word]
    batch = sent(one=Expectation(frozenset({status}), "M-2.3.1.8-d"))
    assert judged(REPORT.replace("success", word, 1), without("one.crt"), batch=batch).findings == []


def test_two_files_of_one_name_may_have_two_records_of_their_error() -> None:
    report = REPORT.replace(FIRST, ERROR) + ERROR.replace("1\t", "4\t")
    assert judged(report, without("one.crt"), batch=sent(one=REFUSED)).findings == []
    both = report.replace("4\tone.csr\terror\tCR:0007", "4\tone.csr\tsuccess")
    assert requirements(judged(both, without("one.crt"), batch=sent(one=REFUSED)).findings) == {RECORDS}


def test_names_that_were_not_sent_are_told() -> None:
    verdict = judged(REPORT.replace("one.csr", "../one.csr"), without("one.crt"))
    assert verdict.strangers == ["../one.csr"]


def test_a_batch_without_success_needs_no_archive() -> None:
    batch = sent(**dict.fromkeys(KEYS, REFUSED))
    report = REPORT.replace("success", "error")
    assert judged(report, None, batch=batch).findings == []
    assert judged(report, {}, batch=batch).findings == []
    assert judged(report, None, batch=batch, one_file=True).findings == []


def test_a_batch_of_the_web_service_has_its_own_requirement_and_no_name() -> None:
    files = PickupFiles(
        PickupFile(None, io.BytesIO(REPORT.replace("success", "error", 1).encode())),
        PickupFile(None, io.BytesIO(zipped(without("one.crt")))),
    )
    verdict = judge_pickup(files, sent(), PROFILE, record=RECORD, issue="M-2.5.1.4-a")
    assert requirements(verdict.findings) == {"M-2.5.1.4-a"}


def test_nothing_to_pick_up_is_a_finding() -> None:
    verdict = judge_pickup(PickupFiles(), sent(), PROFILE, record=RECORD)
    assert (verdict.layout, requirements(verdict.findings)) == (None, {"M-2.3.1.9-d"})


@pytest.mark.parametrize(
    "response", [b"", b"no ZIP", zipped({"a.zip": b"x", "b.zip": b"x"}), zipped({"only.txt": b""})]
)
def test_a_response_file_of_anything_else_is_found(response: bytes) -> None:
    files = PickupFiles(response=PickupFile("meters-response.zip", io.BytesIO(response)))
    assert judge_pickup(files, sent(), PROFILE, record=RECORD).findings


def test_a_report_without_end_is_not_read_to_it() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def seek(self, _at: int, _whence: int = 0) -> int:
            return 0

        def seekable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.given += 1
            return (b"%d\tfour.csr\terror\n" % self.given * 500)[: None if size < 0 else max(size, 2)]

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            piece = self.read()[: len(buffer)]
            buffer[: len(piece)] = piece
            return len(piece)

    files = PickupFiles(PickupFile("report.txt", io.BufferedReader(Endless())))  # type: ignore[type-var]
    verdict = judge_pickup(files, sent(), PROFILE, record=RECORD)
    assert verdict.records == len(CSRS) + 1000
    assert len(verdict.findings) < 40
    assert requirements(verdict.findings) == {RECORDS, KEPT}


def test_a_bomb_among_the_certificates_is_a_finding() -> None:
    (finding,) = judged(certificates={**FILES, "one.crt": bytes(10_000_000)}).findings
    assert (finding.requirement, "expands" in finding.observed) == (ARCHIVED, True)


def test_many_bombs_in_a_response_file_are_a_finding() -> None:
    bombs = zipped({f"{number}.txt": b"\n" * 900_000 for number in range(50)})
    files = PickupFiles(response=PickupFile("r.zip", io.BytesIO(bombs)))
    verdict = judge_pickup(files, sent(), PROFILE, record=RECORD)
    assert [finding.requirement for finding in verdict.findings] == ["M-F-ZIP-e"]
    assert "expands to more than" in verdict.findings[0].observed


def test_files_that_change_between_two_pickups_are_found() -> None:
    earlier = judged()
    assert judge_same_pickup(earlier, judged("\n".join(reversed(LINES)))) == []
    for other in (judged(REPORT.replace(FIRST, ERROR)), judged(certificates=without("two.crt"))):
        (finding,) = judge_same_pickup(earlier, other)
        assert finding.requirement == "M-2.3.1.9-d"


SINGLE = {
    "DER": CERTIFICATES["one"],
    "PEM": PEM % encodebytes(CERTIFICATES["one"]),
    "Base64": FILES["one.crt"],
    "Base64 in lines": encodebytes(CERTIFICATES["one"]).replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("octets", SINGLE.values(), ids=SINGLE)
def test_a_certificate_alone_may_have_any_of_its_forms(octets: bytes) -> None:
    assert certificate_octets(octets, "M-2.3.1.9-c") == CERTIFICATES["one"]


@pytest.mark.parametrize("octets", [b"", b"<html>", b64encode(b"no DER"), b"\x30\x05", PEM % b"***\n"])
def test_a_file_that_is_no_certificate_is_a_finding(octets: bytes) -> None:
    found = certificate_octets(octets, "M-2.3.1.9-c")
    assert isinstance(found, Finding)
    assert found.requirement == "M-2.3.1.9-c"


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_changed_files_are_judged_without_failing(data: st.DataObject) -> None:
    report, archive = REPORT.encode(), zipped(FILES)
    start = data.draw(st.integers(0, len(report)))
    report = (
        report[:start] + data.draw(st.binary(max_size=10)) + report[start + data.draw(st.integers(0, 9)) :]
    )
    start = data.draw(st.integers(0, 1500))
    archive = (
        archive[:start] + data.draw(st.binary(max_size=10)) + archive[start + data.draw(st.integers(0, 9)) :]
    )
    for one_file in (False, True):
        for finding in judged(report, archive, one_file=one_file).findings:
            assert finding.requirement
            assert len(str(finding)) < 3000
