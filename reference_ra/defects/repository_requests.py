"""Defects in what the Repository's Web Service makes of requests, and in whom it serves (O-WS)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace

from lxml import etree

from reference_ra.alterations import Alter, defect
from reference_ra.authority import Authority, HttpAnswer
from reference_ra.policies import Policies
from reference_ra.repository.accounts import Account
from reference_ra.repository.accounts_plan import ACCOUNTS
from reference_ra.repository.adjust import with_repository_reply, with_web
from reference_ra.repository.messages import BadParameters, Operation, RepositoryReply, Result, Subject
from reference_ra.repository.records import Kind
from reference_ra.repository.web_service import KEY_REFUSED

_RELATED = ("O-WS-*", "P-1.1-a", "P-4.1-a", "K-e")


def _web_defect(name: str, summary: str, *breaks: str, extra: bool = False) -> Callable[[Alter], Alter]:
    return defect(f"repository-{name}", summary, breaks=breaks, related=_RELATED, extra=extra)


# Requests


@_web_defect(
    "hostile-text-reaches-the-database", "A quote in a value breaks a statement of SQL.", "P-4.1-a", "O-WS-h"
)
def hostile_text_reaches_the_database(policies: Policies) -> Policies:
    """Put the value into the statement, and show what the database says."""
    web = policies.repository.web

    def asking(value: str) -> None:
        database = sqlite3.connect(":memory:")
        try:
            database.execute("create table certificate (subject text)")
            database.execute(f"select 1 from certificate where subject = '{value}'")  # noqa: S608 - the defect
        finally:
            database.close()

    def read_parameter(operation: Operation, root: etree._Element) -> tuple[str, str]:
        name, value = web.read_parameter(operation, root)
        try:
            asking(value)
        except sqlite3.Error as error:
            raise BadParameters(f"sqlite3.{type(error).__name__}: {error}") from error
        return name, value

    def http_answer(reply: RepositoryReply, body: bytes) -> HttpAnswer:
        answer = web.http_answer(reply, body)
        return replace(answer, status=500) if "sqlite3" in reply.message else answer

    return with_web(policies, read_parameter=read_parameter, http_answer=http_answer)


@_web_defect(
    "bad-document-is-a-failure",
    "A document that is not the one asked for is HTTP 500.",
    "O-WS-b",
    "O-WS-d",
    "P-4.1-a",
)
def bad_document_is_a_failure(policies: Policies) -> Policies:
    """Rest on its being right."""
    web = policies.repository.web

    def parse_xml(body: bytes) -> etree._Element:
        try:
            return web.parse_xml(body)
        except BadParameters as error:
            raise ValueError(str(error)) from error

    return with_web(policies, parse_xml=parse_xml)


@_web_defect(
    "root-element-not-looked-at",
    "The root element of a request may have any name.",
    "O-WS-b",
    "O-WS-d",
    extra=True,
)
def root_element_not_looked_at(policies: Policies) -> Policies:
    """Look for the element that says what is asked, wherever it is, and take that for the operation."""
    web = policies.repository.web

    def read_parameter(operation: Operation, root: etree._Element) -> tuple[str, str]:
        for element in root.iter("CertificateSubjectName", "CertificateSubjectAltName", "CertificateSerial"):
            return str(element.tag), element.text or ""
        return web.read_parameter(operation, root)

    return with_web(policies, read_parameter=read_parameter)


@_web_defect(
    "reads-external-entities", "An external entity in a request is read.", "O-WS-b", "O-WS-d", "P-4.1-a"
)
def reads_external_entities(policies: Policies) -> Policies:
    """Let the parser read files, and say which value is wrong."""
    web = policies.repository.web

    def parse_xml(body: bytes) -> etree._Element:
        try:
            return etree.fromstring(body, etree.XMLParser(resolve_entities=True, load_dtd=True))
        except etree.XMLSyntaxError as error:
            raise BadParameters("The request is not well-formed XML") from error

    def read_parameter(operation: Operation, root: etree._Element) -> tuple[str, str]:
        name, value = web.read_parameter(operation, root)
        return name, value

    def telling(read: Callable[[str, str], object]) -> Callable[[str, str], object]:
        def tell(name: str, value: str) -> object:
            try:
                return read(name, value)
            except BadParameters as error:
                raise BadParameters(f"{error}: {value[:4096]}") from error

        return tell

    return with_web(
        policies,
        parse_xml=parse_xml,
        read_parameter=read_parameter,
        read_search=telling(web.read_search),
        read_retrieve=telling(web.read_retrieve),
    )


@_web_defect("indentation-refused", "A request whose document is indented is refused.", "O-WS-b", "O-WS-d")
def indentation_refused(policies: Policies) -> Policies:
    """Allow no white space between elements."""
    web = policies.repository.web

    def read_parameter(operation: Operation, root: etree._Element) -> tuple[str, str]:
        if root.text or any(child.tail for child in root):
            raise BadParameters("The request has text between its elements")
        return web.read_parameter(operation, root)

    return with_web(policies, read_parameter=read_parameter)


@_web_defect("any-name-is-searched", "A search by what is no EUI-64 is no match.", "O-WS-h", extra=True)
def any_name_is_searched(policies: Policies) -> Policies:
    """Take it for an EUI-64 that nobody has."""
    web = policies.repository.web

    def read_search(name: str, value: str) -> Subject:
        try:
            return web.read_search(name, value)
        except BadParameters:
            return Subject(Kind.DEVICE, value.encode())

    return with_web(policies, read_search=read_search)


@_web_defect(
    "any-serial-is-looked-for", "A retrieval by what is no serial number is no match.", "O-WS-h", extra=True
)
def any_serial_is_looked_for(policies: Policies) -> Policies:
    """Look for it."""
    return with_web(policies, read_retrieve=lambda _name, value: value)


@_web_defect(
    "names-in-another-form", "An EUI-64 in lower case or without hyphens is understood.", "O-WS-h", extra=True
)
def names_in_another_form(policies: Policies) -> Policies:
    """Read hexadecimal digits, however they are written."""
    web = policies.repository.web

    def read_search(name: str, value: str) -> Subject:
        digits = re.sub("[-: \n]", "", value).upper()
        right = re.fullmatch("[0-9A-F]{16}", digits)
        return web.read_search(name, bytes.fromhex(digits).hex("-").upper() if right else value)

    return with_web(policies, read_search=read_search)


@_web_defect(
    "serials-in-another-form",
    "A serial number in lower case or with separators is understood.",
    "O-WS-h",
    extra=True,
)
def serials_in_another_form(policies: Policies) -> Policies:
    """Read hexadecimal digits, however they are written."""
    web = policies.repository.web

    def read_retrieve(name: str, value: str) -> str:
        return web.read_retrieve(name, re.sub("^0x|[-: ]", "", value).upper())

    return with_web(policies, read_retrieve=read_retrieve)


@_web_defect("any-method", "Any method is served as POST is.", "O-WS-a")
def any_method(policies: Policies) -> Policies:
    """Look at the path alone."""
    route = policies.repository.web.route
    return with_web(policies, route=lambda _, path: route("POST", path))


@_web_defect("any-media-type", "A request of any media type is read.", "O-WS-a")
def any_media_type(policies: Policies) -> Policies:
    """Do not look at it."""
    return with_web(policies, accepts_type=lambda _: True)


@_web_defect(
    "unwell-after-bad-document", "After a document that cannot be read the next request fails.", "P-4.1-a"
)
def unwell_after_bad_document(policies: Policies) -> Policies:
    """Fail once for each."""
    web = policies.repository.web
    unwell = list[bytes]()

    def parse_xml(body: bytes) -> etree._Element:
        if unwell:
            unwell.clear()
            raise RuntimeError("the parser is not well")
        try:
            return web.parse_xml(body)
        except BadParameters:
            unwell.append(body)
            raise

    return with_web(policies, parse_xml=parse_xml)


# API Keys


def _key_defect(
    name: str, summary: str, extra: bool = False
) -> Callable[[Callable[[Authority, Sequence[str]], Account | None]], None]:
    """Register a defect from whom it takes for the user, where nobody is identified as should be."""

    def decorate(identify: Callable[[Authority, Sequence[str]], Account | None]) -> None:
        def alter(policies: Policies) -> Policies:
            rightly = policies.repository.web.identify
            return with_web(
                policies,
                identify=lambda authority, keys: rightly(authority, keys) or identify(authority, keys),
            )

        _web_defect(name, summary, "O-WS-i", extra=extra)(alter)

    return decorate


@_key_defect("key-not-looked-at", "Any API Key is taken, or none.")
def _any_key(authority: Authority, _: Sequence[str]) -> Account | None:
    return authority.registry.accounts.find(ACCOUNTS[0].username)


@_key_defect("key-needed-and-not-compared", "Any API Key is taken that is not empty.", extra=True)
def _some_key(authority: Authority, keys: Sequence[str]) -> Account | None:
    return authority.registry.accounts.find(ACCOUNTS[0].username) if any(keys) else None


@_key_defect("key-by-its-beginning", "An API Key may have something after its end.")
def _key_by_its_beginning(authority: Authority, keys: Sequence[str]) -> Account | None:
    accounts = authority.registry.accounts
    beginnings = (key[:end] for key in keys for end in range(len(key)))
    return next((user for each in beginnings if (user := accounts.user_of_key(each))), None)


@_key_defect("key-of-the-withdrawn", "The API Key of a user whose access was withdrawn is taken.")
def _key_of_the_withdrawn(authority: Authority, keys: Sequence[str]) -> Account | None:
    return authority.registry.accounts.account_of_key(keys[0]) if keys else None


@_key_defect("name-for-a-key", "A user's name is taken for the API Key.", extra=True)
def _name_for_a_key(authority: Authority, keys: Sequence[str]) -> Account | None:
    return authority.registry.accounts.find(keys[0]) if keys else None


@_web_defect("refusal-discloses", "An answer to a wrong API Key holds the latest certificate.", "O-WS-i")
def refusal_discloses(policies: Policies) -> Policies:
    """Remember what was told last, and tell it again."""
    last = list[Result]()

    def finish(reply: RepositoryReply) -> RepositoryReply:
        if reply.results:
            last[:] = reply.results
        return replace(reply, results=last) if reply.code == KEY_REFUSED else reply

    return with_repository_reply(policies, finish)
