"""Tell a student when a page will show more."""

from __future__ import annotations

from autograder.model.messages import Language, Message, render
from autograder.model.reveal import Step


def say_later(step: Step, language: Language) -> str:
    """From when on what will be shown."""
    when, level = step
    moment = when.strftime(render(Message.of("moment"), language))
    what = Message.of(f"shows_{level}")
    return render(Message.of("later", moment=f"{moment} ({when.tzname()})", what=what), language)
