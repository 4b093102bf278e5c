"""The feedback on a task and the page of a submission, down to what a browser makes of them."""

from __future__ import annotations

import ast
import base64
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from markupsafe import escape
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades

from autograder.model import catalogue as texts
from autograder.model.catalogue import ENGLISH, GERMAN
from autograder.model.grade import Counterexample, Diagnosis, Law, Outcome, TaskGrade
from autograder.model.messages import CATALOGUE, Language, Message, Sentence
from autograder.model.reveal import EVERYTHING, Step, TaskReveal
from autograder.nbgrader.feedback import VERDICTS, FeedbackExporter, PrepareFeedback
from autograder.pages.page import Verdicts
from autograder.pages.task import render_task
from tests.kit.chromium import FLAGS, find_chromium

pytestmark = [
    # nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of.
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

STUDENT, ASSIGNMENT, NOTEBOOK = "ada", "ps1", "ps1"
SECRET = "assert abs(p.sum() - 1) < geheime_toleranz"
# Each marks the page where it runs: the title turns, or an element appears.
STRIKE = "document.title='HIT';document.body.appendChild(document.createElement('hit-mark'))"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{STRIKE}"><script>{STRIKE}</script></svg>'
PAYLOADS = [
    f"<script>{STRIKE}</script>",
    f'<img src="x" onerror="{STRIKE}">',
    f'<img src="data:image/png;base64,AAAA" onload="{STRIKE}" onerror="{STRIKE}">',
    f'<a href="javascript:{STRIKE}" id="bait">bait</a>',
    f'<iframe srcdoc="<script>parent.{STRIKE}</script>"></iframe>',
    SVG,
    f'<math><mtext><style><img src=x onerror="{STRIKE}"></style></mtext></math>',
    f'<noscript><p title="</noscript><img src=x onerror={STRIKE}>"></noscript>',
    '<div style="background-image: url(https://example.org/x.png)">style</div>',
    "<style>body { display: none } @import url(https://example.org/x.css);</style>",
    '<meta http-equiv="refresh" content="0;url=https://example.org/">',
    '<base href="https://example.org/">',
    f'<form action="javascript:{STRIKE}"><button autofocus onfocus="{STRIKE}">go</button></form>',
    '<object data="data:text/html,x"></object><embed src="data:text/html,x">',
    f'<details open ontoggle="{STRIKE}"><summary>x</summary></details>',
    '<link rel="stylesheet" href="https://example.org/x.css">',
    f'"><script>{STRIKE}</script>',
    f"</code></pre></dd></section><script>{STRIKE}</script>",
    "<!-- --><script>" + STRIKE + "</script><!-- -->",
]
HARMFUL = re.compile(
    r"<(?:script|iframe|svg|style|meta|base|form|object|embed|link|button)\b"
    r"|<[^>]*\son\w+\s*=|<[^>]*javascript:|<[^>]*https?://example|<[^>]*data:text/html",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Booked:
    """A graded cell and what the gradebook holds about it."""

    cell: NotebookNode
    grade_id: str
    points: float
    auto: float | None = None
    manual: float | None = None
    pending: bool = False
    comment: str | None = None
    verdict: TaskGrade | None = None


def law(sentence: str = "Die Summe ist 1.", worth: float = 1, hint: str = "") -> Law:
    return Law(test="test_geheim", task="softmax", points=worth, sentence=sentence, hint=hint)


def passed(sentence: str = "Die Summe ist 1.", worth: float = 1) -> Outcome:
    return Outcome(law(sentence, worth), "passed")


def failed(
    call: str,
    found: Sentence,
    expected: Sentence | None = None,
    *,
    sentence: str = "Die Summe ist 1.",
    worth: float = 1,
    hint: str = "",
) -> Outcome:
    case = Counterexample(call, found, expected)
    return Outcome(law(sentence, worth, hint), "failed", case)


def not_graded(sentence: str = "Die Summe ist 1.", worth: float = 1) -> Outcome:
    reason = "AttributeError in tests/hidden/next_token/test_softmax.py, line 12"
    return Outcome(law(sentence, worth), "not graded", reason=reason)


def task(
    *outcomes: Outcome,
    name: str = "softmax",
    fault: str = "",
    diagnosis: Diagnosis | None = None,
) -> TaskGrade:
    found = () if diagnosis is None else (diagnosis,)
    return TaskGrade(name, sum(o.law.points for o in outcomes), tuple(outcomes), fault, found)


def mistaken(german: str, english: str = "x") -> Diagnosis:
    return Diagnosis("softmax__geheimer_name", {"de": german, "en": english})


def checks(grade: TaskGrade) -> Booked:
    """The test cell of a graded task, as grading leaves it behind."""
    earned = grade.earned
    cell = new_code_cell(f"{SECRET}\n### BEGIN HIDDEN TESTS\n{SECRET}\n### END HIDDEN TESTS")
    data = {"text/plain": str(earned), "text/html": render_task(grade, "de")}
    cell.outputs = [new_output("execute_result", data, execution_count=1)]
    mark(cell, f"test_{grade.task}", grade=True, solution=False, locked=True, points=grade.points)
    return Booked(
        cell, f"test_{grade.task}", grade.points, earned, pending=earned is None, verdict=grade
    )


def answer(
    text: str,
    grade_id: str,
    worth: float,
    *,
    manual: float | None = None,
    comment: str | None = None,
) -> Booked:
    """A free-text answer, graded by hand or not yet."""
    cell = new_markdown_cell(text)
    mark(cell, grade_id, grade=True, solution=True, locked=False, points=worth)
    return Booked(cell, grade_id, worth, None, manual, pending=manual is None, comment=comment)


def solution(code: str, grade_id: str, *outputs: NotebookNode, comment: str = "") -> Booked:
    """The cell in which a student wrote a function: no points of its own."""
    cell = new_code_cell(code, outputs=list(outputs))
    mark(cell, grade_id, grade=False, solution=True, locked=False)
    return Booked(cell, grade_id, 0, comment=comment)


def mark(cell: NotebookNode, grade_id: str, **flags: object) -> None:
    """Give a cell nbgrader's metadata."""
    about = {"schema_version": 3, "task": False, "grade_id": grade_id, **flags}
    cell.metadata["nbgrader"] = NotebookNode(about)


def render(
    folder: Path,
    cells: Iterable[NotebookNode | Booked],
    *,
    penalty: float | None = None,
    language: Language = "de",
    reveal: TaskReveal = EVERYTHING,
    later: tuple[Step, ...] = (),
) -> str:
    """The page that nbgrader's own gradebook and the kit's exporter make of these cells."""
    cells = list(cells)
    folder.mkdir(exist_ok=True)
    db_url = f"sqlite:///{folder / 'gradebook.db'}"
    (folder / "gradebook.db").write_bytes(empty_gradebook())
    book([cell for cell in cells if isinstance(cell, Booked)], db_url, penalty)
    nb = new_notebook(
        cells=[cell.cell if isinstance(cell, Booked) else cell for cell in cells],
        metadata={"language_info": {"name": "python", "pygments_lexer": "ipython3"}},
    )
    exporter = FeedbackExporter()
    exporter.register_preprocessor(GetGrades, enabled=True)
    exporter.register_preprocessor(PrepareFeedback(), enabled=True)
    found = [cell.verdict for cell in cells if isinstance(cell, Booked) and cell.verdict]
    tasks = {each.task: each for each in found}
    verdicts = Verdicts(tasks, dict.fromkeys(tasks, reveal), later, language)
    about = {
        "notebook": NOTEBOOK,
        "assignment": ASSIGNMENT,
        "student": STUDENT,
        "db_url": db_url,
    }
    html, _ = exporter.from_notebook_node(nb, {"nbgrader": about, VERDICTS: verdicts})
    return str(html)


@cache
def empty_gradebook() -> bytes:
    """A gradebook without a student; nbgrader takes seconds to create one."""
    with TemporaryDirectory() as folder:
        Gradebook(f"sqlite:///{folder}/gradebook.db").close()
        return Path(folder, "gradebook.db").read_bytes()


def book(cells: list[Booked], db_url: str, penalty: float | None) -> None:
    """Write a gradebook that holds one submission with these grades."""
    with Gradebook(db_url) as gradebook:
        gradebook.add_assignment(ASSIGNMENT)
        gradebook.add_notebook(NOTEBOOK, ASSIGNMENT)
        gradebook.add_student(STUDENT, first_name="Ada", last_name="<b>Lovelace</b>")
        for one in cells:
            about = one.cell.metadata.nbgrader
            where = (one.grade_id, NOTEBOOK, ASSIGNMENT)
            kind = one.cell.cell_type
            if about.grade:
                gradebook.add_grade_cell(*where, max_score=one.points, cell_type=kind)
            if about.solution:
                gradebook.add_solution_cell(*where)
            gradebook.add_source_cell(*where, cell_type=kind, source=one.cell.source)
        gradebook.add_submission(ASSIGNMENT, STUDENT)
        for one in cells:
            write_grade(gradebook, one)
        submitted = gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, STUDENT)
        submitted.late_submission_penalty = penalty
        gradebook.db.commit()


def write_grade(gradebook: Gradebook, one: Booked) -> None:
    """Write the grade and the comment of one cell."""
    where = (one.grade_id, NOTEBOOK, ASSIGNMENT, STUDENT)
    if one.cell.metadata.nbgrader.grade:
        grade = gradebook.find_grade(*where)
        grade.auto_score, grade.manual_score = one.auto, one.manual
        grade.needs_manual_grade = one.pending
    if one.cell.metadata.nbgrader.solution:
        gradebook.find_comment(*where).manual_comment = one.comment
    gradebook.db.commit()


@pytest.fixture(autouse=True, scope="module")
def _nbgrader_finds_alembic() -> Iterable[None]:
    """nbgrader calls `alembic` by name when it creates a gradebook."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        yield


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def visible(html: str) -> str:
    """What a reader sees of a fragment."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_german_and_english_have_the_same_sentences_with_the_same_gaps() -> None:
    assert CATALOGUE == {"de": GERMAN, "en": ENGLISH}
    assert {key: gaps(text) for key, text in GERMAN.items()} == {
        key: gaps(text) for key, text in ENGLISH.items()
    }


def test_no_sentence_is_written_over_by_another_of_the_same_key() -> None:
    source = ast.parse(Path(texts.__file__).read_text(encoding="utf-8"))
    for catalogue in (node for node in ast.walk(source) if isinstance(node, ast.Dict)):
        keys = [key.value for key in catalogue.keys if isinstance(key, ast.Constant)]
        assert len(keys) == len(set(keys))


def test_a_failed_law_says_what_was_tried_what_came_back_what_was_expected_and_a_hint() -> None:
    grade = task(
        failed("softmax([1000.0, 0.0])", "np.nan", "1.0", hint="Zieh das Maximum ab.", worth=1.5)
    )
    html = render_task(grade, "de")
    assert "<pre><code>softmax([1000.0, 0.0])</code></pre>" in html
    assert visible(html) == (
        "Punkte: 0 von 1.5 ✗ nicht erfüllt Die Summe ist 1. (0 von 1.5) "
        "Ausprobiert softmax([1000.0, 0.0]) Das kam heraus np.nan Erwartet 1.0 "
        "Tipp: Zieh das Maximum ab."
    )


def test_a_page_says_of_a_call_what_a_student_must_know_who_pastes_it() -> None:
    told = "Allein in einem neuen Kernel ergibt derselbe Aufruf etwas anderes"
    lost = failed("f(1)", "2.0")
    assert told not in render_task(task(lost), "de")
    case = Counterexample("f(1)", "2.0", repeatable=False)
    assert told in render_task(task(replace(lost, counterexample=case)), "de")
    assert "hier gekürzt" in render_task(task(failed("f([1, 2 ... 8, 9])", "1")), "de")
    assert "gekürzt" not in render_task(task(failed("f([1, 2])", "1")), "de")


def test_points_are_those_of_the_laws_that_hold() -> None:
    grade = task(passed(worth=0.5), passed(worth=2), failed("f()", "1"))
    assert visible(render_task(grade, "de")).startswith("Punkte: 2.5 von 3.5 ✗ nicht erfüllt")
    assert visible(render_task(grade, "en")).startswith("Points: 2.5 of 3.5 ✗ does not hold")


def followed(credit: float) -> Outcome:
    """A law that failed for two earlier tasks."""
    lost = failed("f(1)", "2.0", hint="Geheimtipp", worth=1.5)
    return replace(lost, follow_on=("softmax", "top_k"), credit=credit)


def test_a_follow_on_error_says_where_the_mistake_is_and_nothing_of_the_own_function() -> None:
    html = render_task(task(passed(worth=1), followed(0.5)), "de")
    assert visible(html) == (
        "Punkte: 1.75 von 2.5 ✓ erfüllt Die Summe ist 1. (1 von 1) "
        "↷ Folgefehler Die Summe ist 1. (0.75 von 1.5) "
        "Mit einem richtigen softmax und top_k stimmt das: Der Fehler liegt dort, nicht hier."
    )


def test_a_task_that_follows_an_earlier_one_has_a_state_of_its_own(tmp_path: Path) -> None:
    html = render(tmp_path, [checks(task(followed(1.0), name="top_k_choice"))])
    assert "top_k_choice bis auf Folgefehler erfüllt 1.5 / 1.5" in visible(html)
    assert "alles erfüllt" not in html


def test_a_law_that_holds_keeps_its_hint_and_its_calls_to_itself() -> None:
    case = Counterexample("softmax([7.0])", "x")
    html = render_task(task(Outcome(law(hint="Geheimtipp"), "passed", case)), "de")
    assert "Geheimtipp" not in html
    assert "7.0" not in html


def test_a_hint_of_the_case_stands_in_place_of_the_laws() -> None:
    case = Counterexample("softmax(z=[7.0])", "x", hint="Wie heißt der Parameter?")
    html = render_task(task(Outcome(law(hint="Geheimtipp"), "failed", case)), "de")
    assert "Wie heißt der Parameter?" in html
    assert "Geheimtipp" not in html


def test_a_known_misconception_stands_between_the_points_and_the_laws() -> None:
    found = mistaken("Was ergibt `sum(p)`?", "What is `sum(p)`?")
    grade = task(failed("f()", "2.0"), diagnosis=found)
    assert visible(render_task(grade, "de")).startswith(
        "Punkte: 0 von 1 Das sieht nach einem bekannten Irrtum aus: Was ergibt sum(p) ? ✗"
    )
    assert visible(render_task(grade, "en")).startswith(
        "Points: 0 of 1 This looks like a known misconception: What is sum(p) ? ✗"
    )
    assert "Was ergibt <code>sum(p)</code>?</p>" in render_task(grade, "de")
    assert "geheim" not in render_task(grade, "de")


@pytest.mark.parametrize("found", [None, Diagnosis("softmax__x", {})])
def test_without_a_hint_nothing_is_said_of_a_misconception(found: Diagnosis | None) -> None:
    html = render_task(task(failed("f()", "2.0"), diagnosis=found), "de")
    assert "Irrtum" not in html
    assert "ag-hint" not in html


def test_a_hint_at_a_misconception_is_escaped() -> None:
    html = render_task(task(failed("f()", "1"), diagnosis=mistaken("a <script> `<b>`")), "de")
    assert "a &lt;script&gt; <code>&lt;b&gt;</code>" in html


def test_what_was_not_graded_costs_nothing_and_shows_nothing_of_the_grader() -> None:
    text = visible(render_task(task(passed(), not_graded()), "de"))
    assert "Punkte bisher: 1 von 2" in text
    assert "(– von 1)" in text
    assert text.count("verlierst dadurch keine Punkte") == 1
    assert not re.search(r"AttributeError|test_|line 12", text)


def test_a_task_that_nothing_could_grade_says_so_once_and_keeps_the_fault_to_staff() -> None:
    for grade in (
        task(not_graded(), not_graded(), fault="Traceback: oracle"),
        task(passed(), not_graded(), fault="Traceback: oracle"),
        TaskGrade("softmax", 3, (), fault="Traceback: oracle"),
    ):
        text = visible(render_task(grade, "de"))
        assert text.count("ließ sich nicht automatisch bewerten") == 1
        assert "Traceback" not in text


def test_a_law_that_failed_without_a_call_gives_its_reason() -> None:
    reason = Message.of("missing", name="softmax")
    html = render_task(task(Outcome(law(), "failed", None, reason)), "de")
    assert "<code>softmax</code> gibt es in deinem Notebook an dieser Stelle nicht." in html


def test_values_are_set_as_code_and_sentences_are_not() -> None:
    def found(words: Sentence) -> str:
        return render_task(task(failed("f()", words)), "de")

    for value in ("np.nan", "-1.0", "(1, 2)", "'a'", "{1: 2}", "None"):
        assert f"<dd><pre><code>{escape(value)}</code></pre></dd>" in found(value)
    assert "<dd><pre><code>KeyError: 1</code></pre></dd>" in found(
        Message.of("raised", kind="KeyError", text="1")
    )
    assert "<dd><p>eine Zahl</p></dd>" in found(Message.of("number"))
    assert "<dd><p>Nur die größte bleibt.</p></dd>" in found("Nur die größte bleibt.")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_survives_in_a_fragment(payload: str) -> None:
    grade = task(
        failed(
            payload,
            Message.of("raised", kind=payload, text=payload),
            payload,
            sentence=payload,
            hint=f"`{payload}`",
        ),
        diagnosis=mistaken(f"{payload} `{payload}`"),
    )
    assert not HARMFUL.search(render_task(grade, "de"))


def test_a_text_of_any_length_and_any_characters_can_be_shown() -> None:
    odd = "\x00\x1b[2J\ud800\u202e" + "a" * 1_000_000
    html = render_task(task(failed(odd, odd, odd)), "de")
    assert html.encode()
    assert len(html) < 10_000
    assert not re.search("[\x00\x1b\u202e]", html)


def test_a_page_shows_points_by_task_and_never_counts_an_ungraded_answer_as_zero(
    tmp_path: Path,
) -> None:
    page = render(
        tmp_path,
        [
            checks(task(passed(worth=2), name="softmax")),
            checks(task(passed(), failed("f()", "1"), name="entropy")),
            checks(task(failed("f()", "1"), name="top_k")),
            checks(task(not_graded(), name="deviation")),
            new_markdown_cell("# Aufgabe 1: *Warum*?"),
            answer("Darum.", "warum", 3),
            new_markdown_cell("# Aufgabe 2"),
            answer("So.", "wie", 2, manual=1.5, comment="Fast **richtig**."),
        ],
        penalty=0.5,
    )
    table = visible(re.search(r"<table>.*?</table>", page, re.DOTALL)[0])
    assert table == (
        "Aufgabe Stand Punkte entropy zum Teil erfüllt 1 / 2 "
        "top_k nicht erfüllt 0 / 1 deviation wird noch angesehen – / 1 "
        "Aufgabe 1: Warum? noch nicht bewertet – / 3 Aufgabe 2 von Hand bewertet 1.5 / 2 "
        "softmax alles erfüllt 2 / 2 "
        "Abzug für die verspätete Abgabe −0.5 Summe 4 / 11"
    )
    assert "Noch nicht vergeben: bis zu 4" in page
    assert "Fast <strong>richtig</strong>." in page
    anchors = re.findall(r'href="#(aufgabe-\d)"', page)
    assert len(anchors) == 6
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_a_page_shows_the_notebook_but_not_the_source_of_its_tests(tmp_path: Path) -> None:
    image = base64.b64encode(b"\x89PNG\r\n\x1a\n...").decode()
    cells = [
        new_markdown_cell("Es gilt $p_i = \\frac{1}{V}$."),
        solution(
            "def softmax(z):\n    return z",
            "softmax",
            new_output("display_data", {"image/png": image, "text/plain": "<Figure>"}),
            comment="No response.",
        ),
        checks(task(passed())),
    ]
    page = render(tmp_path, cells)
    assert "<mfrac>" in page
    assert f"data:image/png;base64,{image}" in page
    assert "Du hast hier nichts geändert." in page
    assert "highlight hl-ipython3" in page
    assert not re.search("HIDDEN|geheim", page)
    assert '<html lang="en">' in render(tmp_path / "en", cells, language="en")


def test_a_page_shows_a_known_misconception_as_its_style_sheet_wants_it(tmp_path: Path) -> None:
    grade = task(failed("f()", "2.0"), diagnosis=mistaken("Was ergibt `sum(p)`?"))
    page = render(tmp_path, [checks(grade)])
    assert re.search(r'<p class="ag-hint"><strong>Das sieht .* <code>sum\(p\)</code>\?</p>', page)
    assert ".ag-task > .ag-hint {" in page


ERROR = new_output("error", ename="E", evalue=SECRET, traceback=[SECRET])
FRAGMENT = render_task(task(passed(SECRET)), "de")


def test_a_page_says_when_it_will_show_more_and_shows_no_more_until_then(tmp_path: Path) -> None:
    graded = checks(task(failed("softmax([7.5])", "0.25", "0.75"), followed(1.0)))
    later = ((datetime(2026, 12, 24, 18, tzinfo=UTC), "all"),)
    page = render(tmp_path / "calls", [graded], reveal=TaskReveal("calls"), later=later)
    assert "Ab 24.12.2026, 18:00 Uhr (UTC) zeigt die Rückmeldung mehr" in visible(page)
    assert "softmax([7.5])" in page
    assert "0.75" not in page
    page = render(tmp_path / "points", [graded], reveal=TaskReveal("points"))
    assert "1.5 / 2.5" in visible(page)
    assert "Nicht gezeigte Prüfungen: 2" in visible(page)
    for kept in ("zeigt die Rückmeldung mehr", "7.5", "0.25", "0.75", "Folgefehler", "Summe ist 1"):
        assert kept not in page


@pytest.mark.parametrize(
    "outputs",
    [
        [ERROR],
        [new_output("execute_result", {"text/html": f"<p>{SECRET}</p>", "text/plain": "1"})],
        [new_output("display_data", {"text/html": FRAGMENT, "text/plain": "1"})],
        [new_output("execute_result", {"text/html": FRAGMENT, "text/plain": "1"}), ERROR],
    ],
)
def test_the_output_of_a_test_cell_is_never_shown(
    tmp_path: Path, outputs: list[NotebookNode]
) -> None:
    graded = replace(checks(task(passed())), verdict=None)
    graded.cell.outputs = outputs
    page = render(tmp_path, [graded])
    assert "geheim" not in page
    assert "keine einzelnen Prüfergebnisse" in page


def test_a_page_needs_nothing_from_the_network(tmp_path: Path) -> None:
    page = render(tmp_path, [new_markdown_cell("x"), checks(task(passed()))])
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page
    assert not re.search(r"<script|<link|@import|url\(|src=\"http|https?://", page)


def test_no_folder_of_this_machine_stands_in_a_page(tmp_path: Path) -> None:
    page = render(tmp_path, [solution("x = 1", "softmax"), checks(task(passed()))])
    for place in (tmp_path, Path.home(), sys.prefix, Path(__file__).parents[3]):
        assert str(place) not in page


def dump_dom(page: Path, profile: Path) -> str:
    """The page as the browser holds it after everything in it has run."""
    flags = [
        *FLAGS,
        "--virtual-time-budget=3000",
        f"--user-data-dir={profile}",
        "--dump-dom",
    ]
    command = [find_chromium(), *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def bait(payload: str) -> list[NotebookNode | Booked]:
    """A payload in every place where a student can put one."""
    number = PAYLOADS.index(payload)
    bundles = [{kind: payload} for kind in ("text/html", "text/markdown", "text/latex")]
    bundles += [{"image/svg+xml": payload, "application/javascript": STRIKE}]
    bundles += [{"image/png": f'"{payload}', "text/plain": payload}]
    outputs = [new_output("display_data", bundle) for bundle in bundles]
    outputs += [new_output("stream", name=name, text=payload) for name in ("stdout", "stderr")]
    outputs += [new_output("error", ename=payload, evalue=payload, traceback=[payload])]
    broken = failed(payload, Message.of("raised", kind="E", text=payload), payload, hint=payload)
    return [
        new_markdown_cell(f"# {payload}\n\n{payload}\n\n$\\text{{{payload}}}$\n\n[x]({payload})"),
        solution(payload, f"f{number}", *outputs, comment=payload),
        answer(payload, f'g{number}"{payload}', 1, comment=payload),
        checks(task(broken, name=f"h{number}<{payload}", diagnosis=mistaken(payload))),
    ]


def test_a_browser_runs_nothing_that_a_student_wrote(tmp_path: Path) -> None:
    cells = [cell for payload in PAYLOADS for cell in bait(payload)]
    page = render(tmp_path, cells)
    # Without the policy, too: what cleans and escapes must hold on its own.
    bare = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", page)
    control = bare.replace("</body>", f"<script>{STRIKE}</script></body>")
    results = {}
    for name, html in {"page": page, "bare": bare, "control": control}.items():
        (tmp_path / f"{name}.html").write_text(html)
        results[name] = dump_dom(tmp_path / f"{name}.html", tmp_path / f"{name}.profile")
    assert "<hit-mark>" in results["control"], "the payloads would not show if they ran"
    for name in ("page", "bare"):
        title = re.search("<title>(.*?)</title>", results[name], re.DOTALL)[1]
        heading = f"Rückmeldung zu {PAYLOADS[0][:80]}"  # the first of the notebook
        assert unescape(title) == heading
        assert "<hit-mark>" not in results[name]
        assert not HARMFUL.search(results[name].partition("</head>")[2])
