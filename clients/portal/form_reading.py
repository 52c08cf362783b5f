"""Reads a form of a page as a browser would send it."""

from __future__ import annotations

from collections.abc import Iterator

from clients.portal.html import Document, Element

URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_BUTTONS = frozenset({"submit", "image", "button", "reset"})


class NoForm(Exception):
    """What was found is no field of a form, or no button of it; the message says which."""

    def __init__(self, why: str, *, is_button: bool = False) -> None:
        """`is_button` tells that it is the button that does not belong."""
        self.is_button = is_button
        super().__init__(why)


def form_of(document: Document, control: Element) -> Element | None:
    """The form that a field or a button belongs to."""
    named = control.get("form")
    if named is not None:
        form = document.by_id(named)
        return form if form is not None and form.tag == "form" else None
    return next(control.iterancestors("form"), None)


def shared_form(document: Document, field: Element, button: Element) -> Element:
    """The form of a field and its button. Raises NoForm."""
    if not field.get("name"):
        raise NoForm("is no field with a name")
    form = form_of(document, field)
    if form is None:
        raise NoForm("is in no form")
    if form_of(document, button) is not form:
        raise NoForm("is not in the form of the field", is_button=True)
    return form


def fields_of(document: Document, form: Element, button: Element) -> Iterator[tuple[str, str]]:
    """The names and values that a form sends when that button is pressed, as they stand on the page."""
    for control in document.elements("input", "textarea", "select", "button"):
        name = control.get("name")
        if name and form_of(document, control) is form and not _is_disabled(control):
            for value in _values(control, pressed=control is button):
                yield name, value


def method_of(form: Element, button: Element) -> str:
    """``GET`` or ``POST``."""
    return "POST" if _of_either("method", form, button).strip().upper() == "POST" else "GET"


def encoding_of(form: Element, button: Element) -> str:
    """How its fields are written into a request."""
    return MULTIPART if _of_either("enctype", form, button).strip().lower() == MULTIPART else URL_ENCODED


def action_of(document: Document, form: Element, button: Element) -> str:
    """The URL that it goes to; empty where that is none."""
    return document.absolute(_of_either("action", form, button) or document.url)


def _of_either(name: str, form: Element, button: Element) -> str:
    return button.get(f"form{name}") or form.get(name) or ""


def _is_disabled(control: Element) -> bool:
    groups = control.iterancestors("fieldset")
    return control.get("disabled") is not None or any(each.get("disabled") is not None for each in groups)


def _values(control: Element, *, pressed: bool) -> Iterator[str]:
    kind = (control.get("type") or "").lower()
    if control.tag == "textarea":
        yield (control.text or "").replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")
    elif control.tag == "select":
        yield from _chosen(control)
    elif control.tag == "button" or kind in _BUTTONS:
        if pressed:
            yield control.get("value") or ""
    elif kind in ("checkbox", "radio"):
        if control.get("checked") is not None:
            yield control.get("value", "on")
    else:
        yield "" if kind == "file" else control.get("value") or ""


def _chosen(select: Element) -> Iterator[str]:
    options = [option for option in select.iter("option") if option.get("disabled") is None]
    chosen = [option for option in options if option.get("selected") is not None]
    if select.get("multiple") is None:
        chosen = chosen[-1:] or options[:1]
    for option in chosen:
        yield option.get("value", " ".join((option.text or "").split()))
