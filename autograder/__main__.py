"""The command `autograder` as `python -m autograder`."""

from __future__ import annotations

from autograder.cli.main import app

if __name__ == "__main__":
    app()
