"""Right requests of the Repository Web Service in other octets: XML may be written in many ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clients.repository.malformed import Parts


def _as_the_dccs_client(parts: Parts) -> str:
    """One line, and the encoding in small letters."""
    return f'<?xml version="1.0" encoding="utf-8"?>{_undeclared(parts)}'


def _undeclared(parts: Parts) -> str:
    return f"<{parts.root}>{parts.content}</{parts.root}>"


def _indented(parts: Parts) -> str:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{declaration}\r\n<{parts.root}>\r\n\t{parts.content}\r\n</{parts.root}>\r\n"


def _in_single_quotes(parts: Parts) -> str:
    declaration = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
    return f"{declaration}\n<{parts.root} >{parts.content}</{parts.root} >"


def _in_references(parts: Parts) -> str:
    references = "".join(f"&#x{ord(character):X};" for character in parts.value)
    return f"<{parts.root}><{parts.name}>{references}</{parts.name}></{parts.root}>"


LEGAL_SHAPES: Mapping[str, Callable[[Parts], str]] = {
    "the octets of the DCC's own client": _as_the_dccs_client,
    "no XML declaration": _undeclared,
    "line breaks and indentation": _indented,
    "a declaration in single quotes": _in_single_quotes,
    "character references in place of characters": _in_references,
}


def shaped(shape: str, parts: Parts) -> bytes:
    """The octets of a right request in one of `LEGAL_SHAPES`."""
    return LEGAL_SHAPES[shape](parts).encode()
