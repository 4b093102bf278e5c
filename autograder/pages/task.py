"""Show what became of a task, to staff or as much of it as a student is shown by now.

Grading puts `render_task` into the test cell, where the formgrader shows it; the page of a
submission (`page`) has its own, made when the page is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from autograder.model.grade import Counterexample, Outcome, TaskGrade
from autograder.model.messages import Language, Message, Sentence, render
from autograder.model.reveal import EVERYTHING, TaskReveal
from autograder.pages.chart import align, chart
from autograder.pages.jinja import template
from autograder.pages.later import say_later
from autograder.pages.sanitize import readable

NOTHING = Markup()
NOT_YET = "–"  # in place of points that nobody has given yet
CUT = " ... "  # where `student.literal` leaves out a part of a value
LONGEST = 2_000  # characters of one value or sentence
# How a value begins, as opposed to a sentence of the course.
VALUE = re.compile(r"[-\d\[({'\"]|np\.|(?:True|False|None)$")
CODE_KEYS = {"raised", "raised_silently"}


def render_task(task: TaskGrade, language: Language, reveal: TaskReveal = EVERYTHING) -> str:
    """The feedback on one task as an HTML fragment that needs no style sheet."""
    return template("task.html.j2").render(
        laws=law_views(task, language, reveal),
        hidden=sum(not reveal.shows("laws", o.law.test) for o in task.outcomes),
        why=cause(task, language, reveal),
        open=task.earned is None,
        untouched=bool(task.fault) or all(o.status == "not graded" for o in task.outcomes),
        earned=points(task.earned_so_far),
        points=points(task.points),
        misconceptions=misconceptions(task, language) if reveal.shows("calls") else [],
        later=[say_later(step, language) for step in reveal.later],
        text=lambda key, **data: render(Message.of(key, **data), language),
    )


def points(value: float) -> str:
    """Points without needless zeros, with a point as in the values beside them."""
    return f"{round(value, 2):g}"


def cause(task: TaskGrade, language: Language, reveal: TaskReveal) -> Markup:
    """The one cause of all that failed in a task, or nothing."""
    if task.why is None or not reveal.shows("laws"):
        return NOTHING
    return sentence(render(task.why, language))


def misconceptions(task: TaskGrade, language: Language) -> list[Markup]:
    """The hints at the typical mistakes behind the task's failures, if some are known."""
    hints = (each.hints.get(language, "") for each in task.diagnoses)
    return [sentence(hint) for hint in hints if hint]


@dataclass(frozen=True, slots=True)
class Shown:
    """A text with the way it is set: as code, or as a sentence with code in it."""

    text: str
    code: bool

    def __html__(self) -> str:
        """The escaped text; what stands between backquotes in a sentence is code."""
        if self.code:
            return Markup("<pre><code>{}</code></pre>").format(self.text)
        return Markup("<p>{}</p>").format(sentence(self.text))


@dataclass(frozen=True, slots=True)
class LawView:
    """What the fragment shows of one law."""

    status: str
    sentence: Markup
    earned: str
    points: str
    call: str = ""
    found: Shown | None = None
    expected: Shown | None = None
    chart: Markup | None = None  # both, where they are distributions
    hint: Markup = NOTHING
    note: Markup = NOTHING  # what is said in place of a call
    cautions: tuple[Markup, ...] = ()  # what is said of the call
    folded: bool = False  # whether the details are behind a fold


def law_views(
    task: TaskGrade, language: Language, reveal: TaskReveal = EVERYTHING
) -> list[LawView]:
    """The laws of a task: the broken one that is worth most stands first, with its details open."""
    outcomes = [each for each in task.outcomes if reveal.shows("laws", each.law.test)]
    explained = bool(cause(task, language, reveal))
    views = say_once(
        limited(law_view(outcome, language, explained), reveal, outcome.law.test)
        for outcome in outcomes
    )
    broken = [view for view in views if view.found is not None]
    if not broken:
        return views
    worth = {id(v): o.law.points for v, o in zip(views, outcomes, strict=True)}
    first = max(broken, key=lambda view: worth[id(view)])
    rest = [
        fold(view, first, language) if view.found is not None else view
        for view in views
        if view is not first
    ]
    return [first, *rest]


def limited(view: LawView, reveal: TaskReveal, test: str) -> LawView:
    """A law without what is not shown of it yet."""
    if not reveal.shows("calls", test):
        return replace(
            view, call="", found=None, expected=None, chart=None, hint=NOTHING, cautions=()
        )
    return view if reveal.shows("all", test) else replace(view, expected=None, chart=None)


def say_once(views: Iterable[LawView]) -> list[LawView]:
    """The laws, where a note that an earlier one has is left out."""
    said = {NOTHING}
    found = []
    for view in views:
        found.append(replace(view, note=NOTHING) if view.note in said else view)
        said.add(view.note)
    return found


def fold(view: LawView, first: LawView, language: Language) -> LawView:
    """A law's details behind a fold; what the first one shows already is not shown again."""
    if (view.call, view.found, view.expected) != (first.call, first.found, first.expected):
        return replace(view, folded=True)
    said = sentence(render(Message.of("same_case"), language))
    return replace(view, call="", found=None, expected=None, hint=NOTHING, cautions=(), note=said)


def law_view(outcome: Outcome, language: Language, explained: bool = False) -> LawView:
    """One law in words; details only where the student's code broke it, and nothing has
    explained that for the whole task."""
    law, case = outcome.law, outcome.counterexample

    view = LawView(
        status=outcome.status.replace(" ", "-"),
        sentence=sentence(law.sentence),
        earned=earned(outcome),
        points=points(law.points),
    )
    if outcome.follow_on:
        names = listed(outcome.follow_on, language)
        said = sentence(render(Message.of("follow_on", names=names), language))
        return replace(view, status="follow-on", note=said)
    if outcome.untried:
        return replace(
            view, status="untried", note=NOTHING if explained else premise_note(language)
        )
    if outcome.status != "failed" or explained:
        return view
    found, expected, picture = compared(outcome, language)
    return replace(
        view,
        call=bounded(case.call) if case else "",
        found=found,
        expected=expected,
        chart=picture,
        hint=sentence(law.hint if case is None or case.hint is None else case.hint),
        cautions=cautions(case, language),
    )


def cautions(case: Counterexample | None, language: Language) -> tuple[Markup, ...]:
    """What a student has to know who pastes the call."""
    keys = []
    if case is not None and not case.repeatable:
        keys.append("not_repeatable")
    if case is not None and CUT in case.call:
        keys.append("call_cut")
    return tuple(sentence(render(Message.of(key), language)) for key in keys)


def compared(
    outcome: Outcome, language: Language
) -> tuple[Shown | None, Shown | None, Markup | None]:
    """What came back, what was expected, and the picture of both."""
    case = outcome.counterexample
    words = (case.found, case.expected) if case else (outcome.reason, None)
    found, expected = (None if each is None else show(each, language) for each in words)
    if found is None or expected is None or not (found.code and expected.code):
        return found, expected, None
    one, other = align(found.text, expected.text)
    picture = chart(found.text, expected.text, language)
    return Shown(one, code=True), Shown(other, code=True), picture


def premise_note(language: Language) -> Markup:
    """Why a law could not be tried."""
    return sentence(render(Message.of("untried"), language))


def listed(names: Sequence[str], language: Language) -> str:
    """Names as code: `a`, `b` and `c`."""
    *first, last = (f"`{name}`" for name in names)
    word = render(Message.of("and"), language)
    return f"{', '.join(first)} {word} {last}" if first else last


def earned(outcome: Outcome) -> str:
    """The points of one law: all, none, or a dash where it was not graded."""
    if outcome.status == "not graded":
        return NOT_YET
    return points(outcome.earned)


def show(words: Sentence, language: Language) -> Shown:
    """A sentence or a value, of bounded length."""
    text = bounded(render(words, language))
    if isinstance(words, Message):
        return Shown(text, code=words.key in CODE_KEYS)
    return Shown(text, code=bool(VALUE.match(text)))


def bounded(text: str) -> str:
    """The text as a page can show it."""
    text = readable(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def sentence(text: str) -> Markup:
    """The escaped sentence, with code where it stands between backquotes."""
    escaped = str(escape(readable(text)))
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped))  # noqa: S704 -- escaped above
