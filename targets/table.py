"""A strict reader of one TOML table: a key that was not asked for by name is unknown."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from targets.problems import Problems, holds_pem

_SECRET_NAME = re.compile(
    r"(^|[_-])(password|passwd|passphrase|secret|token|pin|api[_-]?key|private[_-]?key|ssh[_-]?key)$",
    re.IGNORECASE,
)
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TYPES = {str: "text in quotes", bool: "true or false", list: "a list", dict: "a table"}


@dataclass(frozen=True)
class Source:
    """The file being read."""

    problems: Problems
    folder: Path
    """Paths in the file are relative to it."""
    now: datetime
    """UTC: what certificates have to be valid at."""
    secrets: set[str] = field(default_factory=set, repr=False)
    """Every secret that the file names, as they are read."""


class Table:
    """One table of a target file. Readers return None, or the default, where they note a problem."""

    def __init__(self, source: Source, key: str, values: dict[str, Any]) -> None:
        """Take the table's dotted name; empty for the file itself."""
        self.source = source
        self.problems = source.problems
        self.key = key
        self.noted = False
        """Whether a problem with the table as a whole is noted: then nothing in it is missing as well."""
        self._values = values
        self._asked: list[str] = []

    def name(self, key: str) -> str:
        """The dotted name of a key of this table."""
        return f"{self.key}.{key}" if self.key else key

    def __contains__(self, key: str) -> bool:
        """Whether the file gives this key."""
        return key in self._values

    def has_entries(self, key: str) -> bool:
        """Whether a key is given, and not as an empty list."""
        return bool(self._values.get(key, []) != [])

    def names(self) -> tuple[str, ...]:
        """The keys that the file gives, in its order."""
        return tuple(self._values)

    def is_table(self, key: str) -> bool:
        """Whether the file gives this key, and as a table."""
        return isinstance(self._values.get(key), dict)

    def bad(self, key: str, wrong: str, right: str, *, show: bool = True) -> None:
        """Note a problem with the value of a key."""
        self.problems.add(self.name(key), wrong, right, value=self._values.get(key), show=show)

    def table(self, key: str, *, required: str | None = None) -> Table:
        """A table within this one; empty where it is absent. `required` says what it is for."""
        values = self._take(key, dict, required)
        table = Table(self.source, self.name(key), values if values is not None else {})
        table.noted = values is None and (required is not None or key in self)
        return table

    def text(self, key: str, *, required: str | None = None, choices: Sequence[str] = ()) -> str | None:
        """Text, not empty; one of `choices` where they are given."""
        value = self._take(key, str, required)
        if value is None:
            return None
        if choices and value not in choices:
            self.bad(key, "not a known value", one_of(choices, value))
            return None
        if not value.strip():
            self.bad(key, "is empty", required or "give a text or leave the key out")
            return None
        return str(value)

    def texts(
        self, key: str, *, required: str | None = None, choices: Sequence[str] = ()
    ) -> tuple[str, ...] | None:
        """A list of texts without repeats; each one of `choices` where they are given."""
        value = self._take(key, list, required)
        if value is None:
            return None
        good = True
        for item in value:
            if not isinstance(item, str) or not item.strip():
                self.problems.add(self.name(key), "not a text", "give a list of texts in quotes", value=item)
                good = False
            elif holds_pem(item):
                self._inline_secret(key)
                good = False
            elif choices and item not in choices:
                self.problems.add(self.name(key), "not a known value", one_of(choices, item), value=item)
                good = False
        if good and len(set(value)) != len(value):
            self.bad(key, "an entry stands twice", "give each once")
            good = False
        return tuple(value) if good else None

    def words(self, key: str, *, required: str) -> tuple[str, ...] | None:
        """A list of texts that may repeat or be empty, with at least one: a command and its arguments."""
        value = self._take(key, list, required)
        if value is None:
            return None
        if not value or not all(isinstance(item, str) and "\0" not in item for item in value):
            self.bad(key, "not a list of texts", required)
            return None
        return tuple(value)

    def flag(self, key: str, default: bool) -> bool:
        """``true`` or ``false``."""
        value = self._take(key, bool, None)
        return default if value is None else bool(value)

    def integer(self, key: str, default: int, lowest: int, highest: int) -> int:
        """A whole number within a range."""
        value = self._number(key, lowest, highest, whole=True)
        return default if value is None else int(value)

    def number(self, key: str, default: float, lowest: float, highest: float) -> float:
        """A number within a range."""
        value = self._number(key, lowest, highest, whole=False)
        return default if value is None else float(value)

    def file(self, key: str, *, required: str | None = None) -> Path | None:
        """The path of a file that exists, made absolute."""
        value = self.text(key, required=required)
        return None if value is None else self.existing(key, value)

    def files(self, key: str, *, required: str | None = None) -> tuple[Path, ...] | None:
        """A list of paths of files that exist, made absolute."""
        values = self.texts(key, required=required)
        if values is None:
            return None
        paths = [self.existing(key, value) for value in values]
        return None if None in paths else tuple(path for path in paths if path is not None)

    def existing(self, key: str, value: str) -> Path | None:
        """The absolute path of the file that `value` names; None, and a problem, where there is none."""
        path = self.source.folder / value
        if path.is_file():
            return path.resolve()
        wrong = "is a directory" if path.is_dir() else "no such file"
        right = f"give the path of a file, relative to {self.source.folder}"
        self.problems.add(self.name(key), wrong, right, value=value)
        return None

    def secret(self, stem: str) -> str | None:
        """The secret that ``{stem}_env`` or ``{stem}_file`` names; None where neither is given."""
        by_variable, by_file = f"{stem}_env", f"{stem}_file"
        if by_variable in self and by_file in self:
            self._asked += [by_variable, by_file]
            self.bad(by_file, f"{by_variable} is given as well", "give one of the two")
            return None
        variable = self.text(by_variable)
        path = self.file(by_file)
        value = None
        if variable is not None:
            value = self._secret_from_environment(by_variable, variable)
        elif path is not None:
            value = self._secret_from_file(by_file, path)
        if value is not None:
            self.source.secrets.add(value)
        return value

    def free(self) -> dict[str, Any]:
        """A table whose keys are a plug-in's own, its secrets (``token_env``, ``token_file``) resolved."""
        values: dict[str, Any] = {}
        for key, value in self._values.items():
            stem, _, suffix = key.rpartition("_")
            if suffix in ("env", "file") and _SECRET_NAME.search(stem):
                if stem not in values:
                    values[stem] = self.secret(stem)
            elif isinstance(value, dict):
                values[key] = Table(self.source, self.name(key), value).free()
            elif _SECRET_NAME.search(key) or (isinstance(value, str) and holds_pem(value)):
                self._inline_secret(key)
            else:
                values[key] = value
        return values

    def finish(self) -> None:
        """Note every key that was not asked for."""
        for key in self._values:
            if key in self._asked:
                continue
            if _SECRET_NAME.search(key):
                self._inline_secret(key)
                continue
            self.bad(key, "unknown key", one_of(self._asked, key, "the keys here are"), show=False)

    def _take(self, key: str, kind: type, required: str | None) -> Any:
        self._asked.append(key)
        if key not in self._values:
            if required is not None and not self.noted:
                self.bad(key, "is missing", required)
            return None
        value = self._values[key]
        if not isinstance(value, kind):
            self.bad(key, "has the wrong type", f"give {_TYPES[kind]}")
            return None
        if isinstance(value, str) and holds_pem(value):
            self._inline_secret(key)
            return None
        return value

    def _number(self, key: str, lowest: float, highest: float, *, whole: bool) -> float | None:
        self._asked.append(key)
        if key not in self._values:
            return None
        value = self._values[key]
        right = f"give a {'whole ' if whole else ''}number from {lowest} to {highest}"
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            self.bad(key, "has the wrong type", right)
            return None
        if not lowest <= value <= highest:  # a NaN is in no range
            self.bad(key, "is out of range", right)
            return None
        return float(value) if not whole else value

    def _inline_secret(self, key: str) -> None:
        value = self._values[key]
        if isinstance(value, list) or (isinstance(value, str) and holds_pem(value)):
            right = "put it in a file and give the file's path"
        else:
            right = f'name an environment variable ({key}_env = "NAME") or a file ({key}_file = "path")'
        self.bad(key, "a key or secret may not stand in this file", right, show=False)

    def _secret_from_environment(self, key: str, variable: str) -> str | None:
        if not _VARIABLE_NAME.fullmatch(variable):
            # The author may have put the secret itself here: keep it off the screen.
            self.bad(key, "not the name of an environment variable", "give its name alone", show=False)
            return None
        value = os.environ.get(variable)
        if not value:
            wrong = "is not set" if value is None else "is empty"
            self.bad(key, f"the environment variable {wrong}", "set it before the run, or name another")
            return None
        return value

    def _secret_from_file(self, key: str, path: Path) -> str | None:
        try:
            value = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            self.bad(key, f"cannot be read: {reason}", "give a text file that this user may read")
            return None
        if not value:
            self.bad(key, "the file is empty", "give a file that holds the secret alone")
            return None
        return value


def one_of(known: Sequence[str], value: str, otherwise: str = "give one of") -> str:
    """What would be right in place of a misspelt word: the nearest known one, or all of them."""
    near = difflib.get_close_matches(value, known, n=1)
    return f'did you mean "{near[0]}"?' if near else f"{otherwise} {', '.join(known)}"
