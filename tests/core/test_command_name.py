"""Hints name the command as it was started."""

from __future__ import annotations

from emporion import cli
from emporion.core.command_name import command


def test_command_is_what_its_wrapper_says(monkeypatch):
    monkeypatch.delenv("EMPORION_COMMAND", raising=False)
    assert command() == "emporion"
    monkeypatch.setenv("EMPORION_COMMAND", "")
    assert command() == "emporion"
    monkeypatch.setenv("EMPORION_COMMAND", "./run emporion")
    assert command() == "./run emporion"
    assert cli.usage().startswith("usage: ./run emporion COMMAND")


def test_usage_has_every_command_once():
    names = [line.split()[0] for line in cli.usage().split("\n")[2:]]
    assert names == sorted({*cli.ENGINE_COMMANDS, *cli.EDITION_COMMANDS, *cli.COMMANDS})
