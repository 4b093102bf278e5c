"""The command says what it is and what its exit status means."""

from __future__ import annotations

from importlib.metadata import entry_points, version

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from autograder.cli.main import app

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def said(*words: str) -> str:
    """What a call that must succeed prints, in one line."""
    done = CliRunner().invoke(app, words, env={"COLUMNS": "200", "TERM": "dumb"})
    assert done.exit_code == 0, done.output
    return " ".join(done.output.replace("│", " ").split())


def test_the_version_is_that_of_the_installed_distribution() -> None:
    assert said("--version") == f"autograder {version('nbgrader-autograder')}"


def test_the_commands_name_is_not_the_distributions() -> None:
    """Another project on the package index has the command's name."""
    (command,) = (each for each in entry_points(group="console_scripts", name="autograder"))
    assert command.dist is not None and command.dist.name == "nbgrader-autograder"


def test_the_command_says_what_its_exit_status_means() -> None:
    text = said("--help")
    assert "Exit status, also of nbgrader autograde: 0 if all is graded and fine" in text
    assert "1 if a person has to look" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_its_exit_status_means(command: str) -> None:
    assert "Exit status: 0 if" in said(command, "--help")


@pytest.mark.parametrize("words", [(), *((command,) for command in COMMANDS)], ids=" ".join)
def test_help_needs_no_word_that_only_this_project_uses(words: tuple[str, ...]) -> None:
    text = said(*words, "--help").lower()
    assert not {"law", "laws", "trial", "trials", "mutant", "mutants"} & set(text.split())
