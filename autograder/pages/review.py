"""The page of what a person should look at in a class: one file, without a script."""

from __future__ import annotations

from autograder.model.messages import Language, Sentence
from autograder.model.review import Kind, Review
from autograder.pages.jinja import template
from autograder.pages.task import Shown, bounded, show

TITLES: dict[Kind, str] = {
    "not graded": "Not graded: nobody has decided",
    "free text": "Answers in words, to grade",
    "limit": "Limits that were met",
    "unusual": "What was unusual",
    "follow-on": "Points kept for follow-on errors",
    "unexplained": "Wrong in a way that no known mistake explains",
}


def review_page(review: Review, language: Language) -> str:
    """The whole page as HTML; `language` is that of the course's sentences."""

    def shown(words: Sentence) -> Shown:
        return show(words, language)

    return template("review.html.j2").render(
        review=review, titles=TITLES, shown=shown, bounded=bounded
    )
