"""What a stranger wrote runs, loads and covers nothing where staff and students read it.

How it works. Every payload, when it acts, calls a local server of ours (the
canary), turns the page's title and leaves an element behind; its number and the
place where it was hidden are in the address that it calls. One Chromium, steered
over a pipe, opens all pages and touches everything in them that could react. The
first test opens the payloads as they are: it shows that each one acts when nothing
holds it back, and that the same eyes see it.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from jinja2 import Environment, FileSystemLoader
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades
from nbgrader.server_extensions.formgrader.handlers import template_path

from autograder.model.grade import Counterexample, Law, Outcome, TaskGrade
from autograder.nbgrader.feedback import FeedbackExporter, PrepareFeedback
from autograder.pages.csp import guarded
from autograder.pages.task import render_task
from tests.kit.browser.eyes import TITLES, Browser
from tests.kit.browser.payloads import PAYLOADS, Canary, Payload, arm
from tests.kit.browser.serving import serving
from tests.kit.browser.test_layout import slow_cell
from tests.kit.submissions import ROOT

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


# --- the payloads as they are -------------------------------------------------


def shown_raw(payload: Payload, canary: Canary, place: str, number: int) -> str:
    """A payload as nbconvert shows it by default."""
    text = arm(payload.text, canary.url, place, number)
    if payload.markdown:
        return str(MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(text))
    return text


def framed(host: Canary, canary: Canary, place: str, head: str) -> str:
    """The address of a page with a frame for each payload, which stands there as it is."""
    frames = []
    for number, payload in enumerate(PAYLOADS):
        body = shown_raw(payload, canary, place, number)
        host.pages[f"/frame/{place}/{number}"] = f"<!doctype html><html>{head}<body>{body}"
        frames.append(f'<iframe src="/frame/{place}/{number}"></iframe>')
    host.pages[f"/frame/{place}"] = "<!doctype html><body>" + "".join(frames)
    return f"{host.url}/frame/{place}"


def test_every_payload_acts_where_nothing_holds_it_back(
    host: Canary, canary: Canary, browser: Browser
) -> None:
    seen = browser.look(framed(host, canary, "control", "<head></head>"))
    acted = {int(number) for number in canary.calls("control")}
    acted |= {number for number, covered in enumerate(seen.covers[1:]) if covered}
    wrong = [p for number, p in enumerate(PAYLOADS) if p.acts != (number in acted)]
    assert not wrong
    assert seen.title == "pwned"
    assert len(seen.marks) > len(PAYLOADS) / 2


def test_a_policy_alone_stops_every_script_and_request(
    host: Canary, canary: Canary, browser: Browser
) -> None:
    seen = browser.look(framed(host, canary, "policy", guarded("<head></head>")))
    passed = {PAYLOADS[int(number)] for number in canary.calls("policy")}
    assert passed == {payload for payload in PAYLOADS if not payload.policy}
    assert not seen.marks


# --- a course with hostile students -------------------------------------------

SHORT = "document.title='pwned'"  # fits into a name, which holds no slash
HOSTILE = [
    f'"><img src=x onerror="{SHORT}">',
    f"<img src=x onerror={SHORT}>",
    f"<svg onload={SHORT}>",
    f'";{SHORT};"',
    f"';{SHORT};'",
    f'\\";{SHORT};\\"',
    f"&lt;img src=x onerror={SHORT}&gt;",
    f"x onmouseover={SHORT}",
    f"javascript:{SHORT}",
    f"${{{SHORT}}}",
    f"<%= {SHORT} %>",
    f"{{{{ {SHORT} }}}}",
    f"\n{SHORT}\n",
    f"\u2028{SHORT}\u2028",
    "\x1b[2J\x1b]0;pwned\x07",
]
HARMLESS = ["ada", "o'neil", "jürgen.groß", "a_b-c@tu.de", "Max Mustermann", "a+b&c"]
# What nbgrader writes as it is: the ids that must not reach it without `guard_formgrader`.
BREAKS_OUT = HOSTILE[:4]
NAME = HOSTILE[0]  # of a notebook, and of a person


def png() -> str:
    """A red square as base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0)
    lines = zlib.compress((b"\0" + b"\xd0\x20\x20" * 40) * 40)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


def mark(cell: NotebookNode, grade_id: str, **flags: object) -> NotebookNode:
    """Give a cell nbgrader's metadata."""
    plain = {"schema_version": 3, "task": False, "grade": False, "solution": False, "locked": False}
    cell.metadata["nbgrader"] = NotebookNode({**plain, "grade_id": grade_id, **flags})
    return cell


def bait(payload: Payload, number: int, canary: str, place: str) -> list[NotebookNode]:
    """A payload in every place where a notebook could hold one."""

    def armed(where: str, text: str = payload.text) -> str:
        return arm(text, canary, place, f"{number}-{where}")

    kinds = ("text/html", "text/markdown", "text/latex", "image/svg+xml", "text/vnd.mermaid")
    bundles: list[dict[str, Any]] = [{kind: armed(kind.partition("/")[2])} for kind in kinds]
    bundles += [
        {"text/plain": f"\x1b[31m{armed('plain')}\x1b[0m"},
        {"application/javascript": armed("js", "HIT")},
        {"application/vnd.jupyter.widget-view+json": {"model_id": armed("widget")}},
        {"image/png": f'"{armed("png")}', "image/jpeg": f'">{armed("jpeg")}'},
        {"image/png": png()},
    ]
    evil = {
        "isolated": True,
        "width": f"1>{armed('width')}",
        "height": f'1 onload="{armed("height", "HIT")}"',
        "alt": f'">{armed("alt")}',
    }
    about = dict.fromkeys(("image/png", "image/jpeg", "text/html"), evil)
    outputs = [new_output("display_data", bundle, metadata=about) for bundle in bundles]
    outputs += [new_output("display_data", bundles[0])]
    outputs += [
        new_output("stream", name=name, text=f"\x1b[31m{armed(name)}\x1b]8;;{armed('osc')}\x07")
        for name in ("stdout", "stderr")
    ]
    trace = [f"\x1b[1;31m{armed('trace')}\x1b[0m", armed("line")]
    outputs.append(
        new_output("error", ename=armed("ename"), evalue=armed("evalue"), traceback=trace)
    )
    own = new_code_cell(armed("source"), outputs=outputs)
    own.metadata["tags"] = [f'"><{armed("tag")}'.replace(",", "")]
    own.metadata["magics_language"] = armed("magic")
    pictures = f"![a](attachment:a.png) ![b](attachment:b.svg) ![c](attachment:{armed('file')})"
    text = new_markdown_cell(f"{armed('text')}\n\n{pictures}")
    text["attachments"] = {
        "a.png": {"image/png": f'{png()}">{armed("attached")}'},
        "b.svg": {"image/svg+xml": base64.b64encode(armed("svg").encode()).decode()},
        armed("file"): {"image/png": png(), "text/html": armed("html")},
    }
    raw = new_raw_cell(armed("raw"), metadata={"raw_mimetype": "text/html"})
    answer = new_markdown_cell(armed("answer"))
    return [text, own, raw, mark(answer, f"answer{number}", grade=True, solution=True, points=1)]


def harmless() -> list[NotebookNode]:
    """What must still be seen."""
    text = "# Titel\n\n**FETT** $\\frac{a}{b}$\n\n![Anhang](attachment:p.png)"
    note = new_markdown_cell(text, attachments={"p.png": {"image/png": png()}})
    table = (
        "<div><style scoped>.dataframe tbody tr th { vertical-align: top }</style>"
        '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th>'
        "<th>TOKEN</th></tr></thead><tbody><tr><th>0</th><td>ZELLE</td></tr></tbody></table></div>"
    )
    plot = new_code_cell(
        "plt.plot(x)",
        outputs=[
            new_output("display_data", {"image/png": png(), "text/plain": "<Figure>"}),
            new_output("execute_result", {"text/html": table, "text/plain": "TOKEN"}),
            new_output("stream", name="stdout", text="\x1b[31mROT\x1b[0m a < b\n"),
        ],
    )
    law = Law(test="t", task="softmax", points=2, sentence="Die Summe ist `1`.", hint="MAXIMUM")
    case = Counterexample("softmax([1000.0])", "np.nan", "1.0")
    html = render_task(TaskGrade("softmax", 2, (Outcome(law, "failed", case),)), "de")
    verdict = new_output("execute_result", {"text/plain": "0", "text/html": html})
    test = new_code_cell("assert GEHEIM", outputs=[verdict])
    return [note, plot, mark(test, "test_softmax", grade=True, locked=True, points=2)]


def notebook(cells: list[NotebookNode]) -> NotebookNode:
    """A notebook with a head that is as hostile as nbconvert lets it be."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    language = {"name": "python", "pygments_lexer": "ipython3"}
    metadata = {"language_info": language, "title": f"</title>{NAME}", "widgets": {"x": NAME}}
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=cells)


@dataclass(frozen=True)
class Room:
    """A course folder that nbgrader has a gradebook of."""

    root: Path
    hostile: NotebookNode
    submission: str  # by which the formgrader knows the hostile notebook
    slow: str  # and one that takes longer to lay out than a page may

    @property
    def db_url(self) -> str:
        """Where the gradebook is."""
        return f"sqlite:///{self.root / 'gradebook.db'}"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Room:
    root = tmp_path_factory.mktemp("course")
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    put(root / "nbgrader_config.py", f"{config}\nc.PageExporter.page_seconds = 10\n")
    cells = harmless()
    for number, payload in enumerate(PAYLOADS):
        cells += bait(payload, number, canary.url, "notebook")
    hostile = notebook(cells)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "language-models") as book:
        enter(book, "small", "small", harmless(), [*HARMLESS, *HOSTILE])
        submission = enter(book, "ps1", NAME, cells, ["ada"])
        slow = enter(book, "slow", "slow", harmless(), ["ada"])
    for student in [*HARMLESS, *HOSTILE]:
        for step in ("submitted", "autograded"):
            put(root / step / student / "small" / "small.ipynb", notebook(harmless()))
    for step in ("submitted", "autograded"):
        put(root / step / "ada" / "ps1" / f"{NAME}.ipynb", hostile)
        put(root / step / "ada" / "ps1" / "own.html", f"<script>{SHORT}</script>")
    put(root / "autograded" / "ada" / "slow" / "slow.ipynb", notebook([*harmless(), slow_cell()]))
    for name in ("small", "ps1", "slow"):
        (root / "source" / name).mkdir(parents=True)
    return Room(root, hostile, submission, slow)


def enter(
    book: Gradebook, assignment: str, name: str, cells: list[NotebookNode], students: list[str]
) -> str:
    """Write submissions of an assignment into the gradebook; the id of the last one."""
    book.add_assignment(assignment)
    book.add_notebook(name, assignment)
    for cell in cells:
        about = cell.metadata.get("nbgrader", {})
        where = (about.get("grade_id"), name, assignment)
        if about.get("grade"):
            book.add_grade_cell(*where, max_score=about.points, cell_type=cell.cell_type)
        if about.get("solution"):
            book.add_solution_cell(*where)
    for student in students:
        person = {"first_name": NAME, "last_name": NAME} if assignment == "ps1" else {}
        book.update_or_create_student(student, **person)
        book.add_submission(assignment, student)
    return str(book.find_submission_notebook(name, assignment, students[-1]).id)


def put(path: Path, content: NotebookNode | str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def formgrader(
    room: Room, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the course's formgrader."""
    with serving(room.root, tmp_path_factory.mktemp("home"), browser) as url:
        yield url


# --- what staff sees ----------------------------------------------------------


def test_the_formgrader_shows_a_submission_and_runs_nothing_of_it(
    room: Room, formgrader: str, browser: Browser, canary: Canary
) -> None:
    # without its policy: what cleans and escapes must hold on its own
    browser.call("Page.setBypassCSP", enabled=True)
    try:
        seen = browser.look(f"{formgrader}/formgrader/submissions/{room.submission}/", "#notebook")
    finally:
        browser.call("Page.setBypassCSP", enabled=False)
    assert canary.calls("notebook") == set()
    assert seen.marks == []
    assert seen.title == NAME
    assert seen.covers == [False]
    assert seen.abroad == set()
    assert browser.run("document.querySelectorAll('.text_cell').length") > 2 * len(PAYLOADS)
    assert not browser.run("document.querySelectorAll('#notebook :is(script, iframe)').length")
    assert "COVER" in browser.run("document.querySelector('#notebook').innerText")


def test_the_formgrader_still_grades_and_shows_plots_tables_and_formulas(
    room: Room, formgrader: str, browser: Browser
) -> None:
    seen = browser.look(f"{formgrader}/formgrader/submissions/{room.submission}/", "#no-content")
    assert seen.errors == []
    assert seen.abroad == set()
    assert_harmless_is_seen(browser)
    assert "MAXIMUM" in browser.run("document.body.innerText")
    # nbgrader's own scripts run under the policy
    assert browser.run("formgrader.loaded && formgrader.grades.length") == len(PAYLOADS) + 1
    browser.run("document.querySelector('span.glyphicon.name-hidden').click()")
    shown = browser.run("document.querySelector('a.name-shown').innerText")
    assert shown.strip() == f"{NAME}, {NAME}"


def assert_harmless_is_seen(browser: Browser) -> None:
    """The plot, the attached picture, the table, the formula and the words of `harmless`."""
    assert browser.run("[...document.images].slice(0, 2).map(i => i.naturalWidth)") == [40, 40]
    text = browser.run("document.body.innerText")
    assert {word for word in ("FETT", "TOKEN", "ZELLE", "ROT a < b") if word not in text} == set()
    assert browser.run("document.querySelector('td').getBoundingClientRect().width") > 10
    assert browser.run("document.querySelector('mfrac').getBoundingClientRect().height") > 10


def test_the_formgrader_shows_a_page_that_takes_too_long_as_plain_text(
    room: Room, formgrader: str, browser: Browser, tmp_path: Path
) -> None:
    seen = browser.look(f"{formgrader}/formgrader/submissions/{room.slow}/", "#no-content")
    browser.picture(tmp_path / "slow.png")
    assert seen.errors == []
    assert seen.abroad == set()
    text = browser.run("document.body.innerText")
    for words in ("page_seconds", "**FETT**", "plt.plot(x)", "ROT a < b", "MAXIMUM"):
        assert words in text, words
    assert not browser.run("document.querySelectorAll('mfrac, .ansi-red-fg').length")
    assert browser.run("document.images[0].naturalWidth") == 40
    assert browser.run("formgrader.loaded && formgrader.grades.length") == 1


def address(base: str, *parts: str) -> str:
    """An address in the formgrader."""
    return "/".join([base, "formgrader", *(quote(part, safe="") for part in parts)])


def test_no_name_in_the_formgraders_lists_runs(
    room: Room, formgrader: str, browser: Browser
) -> None:
    lists = [
        address(formgrader, "manage_assignments"),
        address(formgrader, "manage_students"),
        address(formgrader, "manage_submissions", "small"),
        address(formgrader, "gradebook", "ps1"),
        address(formgrader, "gradebook", "small", "small"),
        address(formgrader, "gradebook", "ps1", NAME),
        address(formgrader, "manage_students", "ada", "ps1"),
    ]
    own = [address(formgrader, "manage_students", name) for name in [*HARMLESS, *HOSTILE]]
    browser.open(lists[0])
    browser.frames([*lists, *own])
    titles = browser.run(TITLES)
    assert titles == ["nbgrader formgrade"] * len(lists + own)
    script = "[...document.querySelectorAll('iframe')].map(f => f.contentDocument.body.innerText)"
    texts = browser.run(script)
    for name in (HOSTILE[1], HOSTILE[3], *HARMLESS):
        assert name in texts[1] and name in texts[2], name
    for number, name in enumerate(HARMLESS, start=len(lists)):
        assert f"{name}\n" in texts[number] and "small" in texts[number], name


def test_no_answer_of_the_formgraders_server_is_a_page(
    room: Room, formgrader: str, browser: Browser
) -> None:
    answers = [
        address(formgrader, "api", "students"),
        address(formgrader, "api", "submissions", "small"),
        address(formgrader, "api", "submitted_notebooks", "ps1", NAME),
        *(address(formgrader, "api", "student", name) for name in ("ada", *BREAKS_OUT)),
        address(formgrader, "submissions", room.submission, "own.html"),
    ]
    for url in answers:
        browser.open(url)
        assert browser.run("document.contentType") == "text/html"
        assert browser.run("document.title") != "pwned", url


def test_without_the_guard_these_names_would_run(canary: Canary, browser: Browser) -> None:
    loader = FileSystemLoader([template_path])
    template = Environment(loader=loader).get_template("manage_students_assignments.tpl")
    pages = [f"/names/{number}" for number in range(len(HOSTILE))]
    for page, name in zip(pages, HOSTILE, strict=True):
        canary.pages[page] = template.render(student_id=name, base_url="")
    canary.pages["/names"] = "<body>"
    browser.open(f"{canary.url}/names")
    browser.frames(pages)
    titles = zip(HOSTILE, browser.run(TITLES), strict=True)
    assert [name for name, title in titles if title == "pwned"] == BREAKS_OUT


# --- what a student gets back -------------------------------------------------


def test_a_students_page_shows_a_submission_and_runs_nothing_of_it(
    room: Room, browser: Browser, canary: Canary, tmp_path: Path
) -> None:
    exporter = FeedbackExporter()
    exporter.register_preprocessor(GetGrades, enabled=True)
    exporter.register_preprocessor(PrepareFeedback, enabled=True)
    about = {"notebook": NAME, "assignment": "ps1", "student": "ada", "db_url": room.db_url}
    html, _ = exporter.from_notebook_node(room.hostile, {"nbgrader": about})
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    called = canary.calls("notebook")
    for bypass in (True, False):
        browser.call("Page.setBypassCSP", enabled=bypass)
        seen = browser.look((tmp_path / "page.html").as_uri())
        assert canary.calls("notebook") == called
        assert seen.marks == []
        assert seen.title == "Rückmeldung zu Titel"
        assert seen.covers == [False]
        assert seen.abroad == set()
    assert "GEHEIM" not in html
    assert_harmless_is_seen(browser)
