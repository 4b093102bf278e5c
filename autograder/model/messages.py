"""Sentences for students, in German or in English: `catalogue` has them by key.

A sentence is a `Message`, a key of the catalogue with what fills its gaps, or a
plain string that is shown as it is (a value, or a sentence of the course).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.model.catalogue import ENGLISH, GERMAN

Language = Literal["de", "en"]

CATALOGUE: dict[Language, dict[str, str]] = {"de": GERMAN, "en": ENGLISH}


@dataclass(frozen=True, slots=True)
class Message:
    """A key of the catalogue, and what fills its gaps: texts, or messages in the same language."""

    key: str
    data: dict[str, str | Message]

    @staticmethod
    def of(key: str, **data: str | Message) -> Message:
        """A message by keyword: `Message.of("vector", size="3")`."""
        return Message(key, data)


Sentence = str | Message


def render(sentence: Sentence, language: Language) -> str:
    """The sentence in `language`."""
    if isinstance(sentence, str):
        return sentence
    gaps = {name: render(value, language) for name, value in sentence.data.items()}
    return CATALOGUE[language][sentence.key].format_map(gaps)
