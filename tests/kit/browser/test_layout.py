"""A page that takes too long to lay out is plain text, and costs nobody else a page."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.nbgrader.formgrader import PrepareView, ViewExporter
from autograder.pages.highlight import colour_terminal, highlight_code, plain_terminal
from autograder.pages.layout import CODE_TOTAL, MARKDOWN_TOTAL, filters_for
from autograder.pages.markdown import clean_markdown
from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, notebook

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.timeout(1800),
]

SLOW = "- a\n" * 4900  # below every bound on one cell, and slow: 0.1 to 0.5 seconds each
RED = "\x1b[31mrot\x1b[0m <b>"
PLAINLY = "ließ sich nicht in der vorgesehenen Zeit setzen"


def slow_cells() -> list[nbformat.NotebookNode]:
    """As many of them as are laid out."""
    return [new_markdown_cell(SLOW) for _ in range(MARKDOWN_TOTAL // len(SLOW))]


def slow_cell() -> nbformat.NotebookNode:
    """A cell whose outputs take 25 seconds on a fast machine."""
    return new_code_cell(
        "slow", outputs=[new_output("display_data", {"text/markdown": SLOW}) for _ in range(250)]
    )


def test_in_a_class_a_slow_page_is_plain_text_and_the_others_are_as_ever(tmp_path: Path) -> None:
    room = TinyRoom.make(tmp_path / "course")
    room.configure("\nc.PageExporter.page_seconds = 3\n")
    room.hand_in("ada")
    slow = notebook(RIGHT)
    slow.cells += slow_cells()
    nbformat.write(slow, room.hand_in("ben") / f"{NAME}.ipynb")
    room.hand_in("cleo")
    status, said = room.autograde()
    assert status == 0, said
    status, said = room.run("nbgrader", "generate_feedback", NAME)
    assert status == 0, said
    assert [line for line in said.splitlines() if "is shown as plain text" in line]
    ada, ben, cleo = (
        (room.root / "feedback" / name / NAME / f"{NAME}.html").read_text(encoding="utf-8")
        for name in ("ada", "ben", "cleo")
    )
    assert "ben: the page is shown as plain text" in said
    assert "ada: the page" not in said and "cleo: the page" not in said
    assert '<span class="k">def</span>' in ada
    assert ada == cleo.replace("cleo", "ada")
    assert PLAINLY in ben and PLAINLY not in ada
    assert "def double(x):\n    return 2 * x" in ben
    assert ben.count('class="ag-task"') == ada.count('class="ag-task"') == 2
    assert ben.count("- a\n") == len(slow_cells()) * 4900
    totals = [page[page.index('class="total"') :][:200] for page in (ada, ben)]
    assert totals[0] == totals[1]


def test_a_page_of_the_formgrader_is_plain_text_where_it_takes_too_long() -> None:
    output = new_output("display_data", {"text/html": "<b>x</b>", "text/plain": "<plain>"})
    own = new_code_cell("x = '<i>'", outputs=[output, new_output("stream", text=RED)])
    exporter = ViewExporter(page_seconds=2.0)
    exporter.register_preprocessor(PrepareView, enabled=True)
    about = {"submission_id": "1", "student": "ada"}
    quick, _ = exporter.from_notebook_node(new_notebook(cells=[own]), about)
    assert "<b>x</b>" in quick and 'class="ansi-red-fg"' in quick
    assert "page_seconds" not in quick
    page, _ = exporter.from_notebook_node(new_notebook(cells=[own, *slow_cells()]), about)
    assert "page_seconds" in page
    for words in ("x = '<i>'", "rot <b>", "<plain>"):
        assert words in unescape(page) and words not in page
    assert "<b>x</b>" not in page
    assert 'class="ansi-red-fg"' not in page


# --- bounded by construction --------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["a." * 9000, " " * 9000 + "x", "\n" * 9000 + "x", "1_" * 9000, "x = 1\n" * 9000, "'" * 9000],
)
def test_code_that_the_lexer_can_t_do_fast_has_no_colours(code: str) -> None:
    assert "<span" not in highlight_code(code + "<b>")
    assert highlight_code(code + "<b>").count("<b>") == 0
    assert code in highlight_code(code).unescape()


def test_code_as_people_write_it_has_colours() -> None:
    assert '<span class="k">def</span>' in highlight_code("def f(x):\n    return x")
    assert '<span class="k">def</span>' in clean_markdown("```python\ndef f(x): pass\n```")
    assert "<span" not in clean_markdown("```perl\nmy $x = 1;\n```")


def test_a_text_of_nothing_but_colours_is_shown_without_them() -> None:
    assert colour_terminal(RED) == '<span class="ansi-red-fg">rot</span> &lt;b&gt;'
    assert plain_terminal(RED) == "rot &lt;b&gt;"
    assert colour_terminal("\x1b[31mx" * 9000) == "x" * 9000
    assert colour_terminal("\x1b[" + "1;" * 9000 + "mx") == "x"


def test_a_run_of_spaces_is_not_laid_out_as_markdown() -> None:
    assert clean_markdown("**a**" + " " * 9000 + "b").startswith("<pre>")
    assert clean_markdown("**a**" + " " * 90 + "b").startswith("<p>")


def test_a_huge_notebook_is_plain_where_it_is_huge() -> None:
    text = new_markdown_cell("a" * MARKDOWN_TOTAL)
    code = new_code_cell("a" * CODE_TOTAL)
    more, other = new_markdown_cell("a"), new_code_cell("a")
    usual = filters_for(new_notebook(cells=[text, code]), plain=False)
    assert usual == filters_for(new_notebook(), plain=False)
    large = filters_for(new_notebook(cells=[text, more, code]), plain=False)
    assert {name for name in usual if usual[name] != large[name]} == {"markdown2html"}
    large = filters_for(new_notebook(cells=[text, code, other]), plain=False)
    assert {name for name in usual if usual[name] != large[name]} == {"highlight_code"}
