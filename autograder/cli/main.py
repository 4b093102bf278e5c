"""The command with all its subcommands: each module here adds some."""

from autograder.cli import again, grading, staff, suite
from autograder.cli.app import app

__all__ = ["again", "app", "grading", "staff", "suite"]
