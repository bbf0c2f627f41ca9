"""What messages say, in the language of who gets them; registered by who has something to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emporion.messaging.domain.carriers import Envelope

# Puts a message into words: (person, payload) -> what fills the texts, with "link" as an address;
# None when there is nothing to say any more.
Fill = Callable[[Any, dict[str, Any]], dict[str, Any] | None]
# Notes that a carrier took it: (person, payload, what filled it), in the transaction that ends it.
Told = Callable[[Any, dict[str, Any], dict[str, Any]], None]
_templates: dict[str, Template] = {}


@dataclass(frozen=True)
class Template:
    """Two translatable texts with %(names)s, and what fills them when the message leaves.

    `title` is what lists call a message of this kind. A `necessary` one nobody can refuse: without
    it somebody could not do what they came for. `told` is called when a carrier has taken it.
    """

    name: str
    subject: Any
    text: Any
    fill: Fill
    title: Any = ""
    necessary: bool = False
    told: Told | None = None

    def envelope(
        self,
        person: Any,
        to: str,
        key: str,
        language: str,
        values: dict[str, Any],
        stop: str = "",
    ) -> Envelope:
        """Return the message in words; the language must be active."""
        return Envelope(
            to=to,
            key=key,
            language=language,
            subject=str(self.subject) % values,
            text=str(self.text) % values,
            link=str(values.get("link", "")),
            stop=stop,
        )


def template(
    name: str,
    *,
    subject: Any,
    text: Any,
    title: Any = "",
    necessary: bool = False,
    told: Told | None = None,
) -> Callable[[Fill], Fill]:
    """Register the decorated function as what fills the message `name`."""

    def register(fill: Fill) -> Fill:
        if name in _templates and _templates[name].fill is not fill:
            raise ValueError(f"The message {name} is registered twice.")
        _templates[name] = Template(name, subject, text, fill, title, necessary, told)
        return fill

    return register


def template_of(name: str) -> Template | None:
    """Return a template, None when no code here knows it (any more)."""
    return _templates.get(name)


def title_of(name: str) -> str:
    """Return what a kind of message is called in the active language; its name if nothing else."""
    found = _templates.get(name)
    return str(found.title) if found and found.title else name


def every() -> list[Template]:
    """Return all kinds of messages, by their names."""
    return [_templates[name] for name in sorted(_templates)]
