"""Submissions in odd files: most hold honest work, which is graded; some nobody can read.

A change works on the notebook, a place on the file or the folder. What is handed
in beside the notebook is never read, and no pipe, device or link makes anybody
wait. `told` is what a remark says, or why nothing could be graded.
"""

from __future__ import annotations

import codecs
import itertools
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.model.cells import is_test
from tests.kit.submissions import (
    ASSIGNMENT,
    INNOCENT,
    Change,
    Place,
    Submission,
    answer,
    as_text,
    cell_of,
    nothing,
    write_notebook,
)

NAME = f"{ASSIGNMENT}.ipynb"
RECOGNISED = "recognised by"
NEIGHBOUR = Path("..", "..", INNOCENT, ASSIGNMENT, NAME)
COURSE = Path("..", "..", "..")
GIGABYTE = 1 << 30
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
LOGIN = b"<!DOCTYPE html>\n<html><head><title>Log in to the site</title></head></html>\n"
DEEP = 100_000

# --- files --------------------------------------------------------------------


def content(make: Callable[[NotebookNode], bytes]) -> Place:
    """Hand in a file of the right name with these bytes."""

    def place(notebook: NotebookNode, folder: Path) -> None:
        (folder / NAME).write_bytes(make(notebook))

    return place


def escaped(notebook: NotebookNode) -> bytes:
    """The notebook in ASCII, with an escape for every other letter."""
    return json.dumps(notebook).encode("ascii")


def encoded(encoding: str, *, before: bytes = b"", behind: bytes = b"") -> Place:
    """The notebook in another encoding; what it has no letter for becomes a question mark."""
    return content(lambda nb: before + as_text(nb).encode(encoding, "replace") + behind)


def edited(edit: Callable[[dict[str, Any]], None]) -> Place:
    """The notebook's JSON after an edit that nbformat would not allow."""

    def make(notebook: NotebookNode) -> bytes:
        data = json.loads(as_text(notebook))
        edit(data)
        return json.dumps(data).encode()

    return content(make)


def every_cell(edit: Callable[[dict[str, Any]], object]) -> Place:
    """The notebook's JSON after an edit of each cell."""

    def edit_cells(data: dict[str, Any]) -> None:
        for cell in data["cells"]:
            edit(cell)

    return edited(edit_cells)


def named(*names: str) -> Place:
    """The notebook under other names."""

    def place(notebook: NotebookNode, folder: Path) -> None:
        for name in names:
            (folder / name).write_text(as_text(notebook), encoding="utf-8")

    return place


def beside(put: Callable[[Path], object]) -> Place:
    """The notebook as it should be, and something else in its folder."""

    def place(notebook: NotebookNode, folder: Path) -> None:
        write_notebook(notebook, folder)
        put(folder)

    return place


def instead(put: Callable[[Path], object]) -> Place:
    """Something else in the notebook's place."""

    def place(notebook: NotebookNode, folder: Path) -> None:
        put(folder / NAME)

    return place


def link(target: Path | str) -> Callable[[Path], None]:
    """A symbolic link at a path; nobody may follow it."""
    return lambda path: path.symlink_to(target)


def sparse(path: Path) -> None:
    """A file of ten gigabytes that takes no room on the disk."""
    path.touch()
    os.truncate(path, 10 * GIGABYTE)


def stray_files(folder: Path) -> None:
    """What lies about in a folder that was zipped as it was."""
    (folder / "Notizen.docx").write_bytes(b"PK\x03\x04")
    (folder / ".DS_Store").write_bytes(bytes(100))
    (folder / "bilder").mkdir()
    (folder / "bilder" / "kopf.png").write_bytes(b"\x89PNG")


def links(folder: Path) -> None:
    """Links to what is not the student's own."""
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    for name in ("gradebook.db", "tests/hidden", "solutions", "notes.txt"):
        (folder / Path(name).name).symlink_to(COURSE / name)
    (folder / "anna.ipynb").symlink_to(NEIGHBOUR)


def second_notebook(folder: Path) -> None:
    """Another notebook, with other answers, beside the right one."""
    other = nbformat.v4.new_notebook(cells=[new_markdown_cell("an older version")])
    (folder / "Kopie.ipynb").write_text(as_text(other), encoding="utf-8")


def traps(folder: Path) -> None:
    """What never ends when it is read, copied or walked through."""
    (folder / "zeros").symlink_to("/dev/zero")
    (folder / "loop").symlink_to(".")
    os.mkfifo(folder / "pipe")
    sparse(folder / "data.bin")


def odd_names(folder: Path) -> None:
    """More names than anybody wants to read, some of which would write a log or a page."""
    for number in range(2000):
        (folder / f"{number}-{'x' * 200}").touch()
    for name in ("\x1b[2J\n[AutogradeApp | INFO] 52 of 52", "<script>alert(1)<", "a\u202eb", "-rf"):
        (folder / name).touch()


# --- JSON ---------------------------------------------------------------------


def version_3(notebook: NotebookNode) -> bytes:
    """The notebook as the third version of the format wrote it: worksheets, and input."""
    old = nbformat.convert(notebook, 3)
    return nbformat.v3.writes_json(old).encode()


def version_5(data: dict[str, Any]) -> None:
    """A version that does not exist yet."""
    data.update(nbformat=5, nbformat_minor=99, notes={"cells": "elsewhere"})


def no_metadata(data: dict[str, Any]) -> None:
    """Neither metadata nor ids, as some editors leave a notebook."""
    data["metadata"] = {}
    for cell in data["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {}


def null_metadata(data: dict[str, Any]) -> None:
    """Metadata that is null."""
    data["metadata"] = None
    for cell in data["cells"]:
        cell["metadata"] = None


def only_answers(data: dict[str, Any]) -> None:
    """Without metadata and without the cells that test."""
    data["cells"] = [cell for cell in data["cells"] if not is_test(NotebookNode(cell))]
    no_metadata(data)


def one_id(cell: dict[str, Any]) -> None:
    """The same id for every cell."""
    cell["id"] = "same"


def odd_sources(cell: dict[str, Any]) -> None:
    """A source in pieces, with things between them that are no text."""
    cell["source"] = [None, *cell["source"], 7, {"text": "print(1)"}]


def odd_outputs(cell: dict[str, Any]) -> None:
    """Outputs that are none, and cells without what they should have."""
    cell.pop("id", None)
    if cell["cell_type"] == "code":
        odd: Sequence[Any] = (None, 7, "1000", [["x"]], [{"output_type": "grade", "points": 52}])
        cell["outputs"] = odd[len(cell["source"]) % len(odd)]
        cell["execution_count"] = "many"
    else:
        cell["outputs"] = [{"output_type": "stream"}]


def odd_cells(data: dict[str, Any]) -> None:
    """Cells that are none, between those that are."""
    data["cells"][3:3] = [None, 7, "def softmax(z): return 1", ["code"], {}]
    data["cells"].append({"cell_type": "code", "source": {"text": "x"}, "metadata": []})


def odd_schema(notebook: NotebookNode) -> None:
    """Versions of nbgrader's metadata that do not exist, another in each cell."""
    versions = itertools.cycle([99, -1, "three", None, 1.5, 0])
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["schema_version"] = next(versions)


def wrong_kernel(notebook: NotebookNode) -> None:
    """A notebook that says it is written in R."""
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    notebook.metadata["language_info"] = {"name": "R", "file_extension": ".r", "version": "4.4"}


def large_outputs(notebook: NotebookNode) -> None:
    """Fifty megabytes of what cells once showed."""
    cell = cell_of(notebook, "setup")
    cell.outputs = [
        new_output("display_data", {"image/png": "iVBOR" + "A" * (5 << 20)}) for _ in range(10)
    ]


def unprintable(notebook: NotebookNode) -> None:
    """NUL and half a surrogate pair in an answer's comment and in a text."""
    cell_of(notebook, "prob_not").source += "\n# \x00 \ud800 \x00"
    cell_of(notebook, "answer_truth").source = "\ud83d Weil es \x00 eben vorkommt."


def much_text(notebook: NotebookNode) -> None:
    """Fifty megabytes of text in a cell."""
    notebook.cells.append(new_markdown_cell("x" * (50 << 20)))


def many_cells(data: dict[str, Any]) -> None:
    """A hundred thousand empty cells."""
    data["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": ""}] * 100_000


def deep_metadata(notebook: NotebookNode) -> bytes:
    """A notebook whose metadata nobody can read to its end."""
    text = '{"cells": [], "metadata": ' + '{"a": [' * DEEP + "1" + "]}" * DEEP + "}"
    return text.encode()


def deep_cells(notebook: NotebookNode) -> bytes:
    """A list in a list, and so on."""
    return ('{"cells": ' + "[" * DEEP + "]" * DEEP + "}").encode()


# --- the recipes --------------------------------------------------------------


def read(
    name: str,
    tries: str,
    *told: str,
    change: Change = nothing,
    place: Place | None = None,
) -> Submission:
    """Honest work in an odd file: it is graded like any other."""
    return Submission(name, tries, change, told=told, place=place)


def unread(
    name: str, tries: str, *told: str, change: Change = nothing, place: Place | None = None
) -> Submission:
    """What nobody can grade: it waits for a person, who is told why."""
    return Submission(name, tries, change, told=told, place=place, unread=True)


WRONG = answer("prob_not", "def prob_not(tokens, p, token): return 42.0")

MALFORMED = [
    read(
        "byte-order-mark",
        "saves with a byte order mark",
        "byte order mark",
        place=encoded("utf-8", before=codecs.BOM_UTF8),
    ),
    read("utf-16", "saves as UTF-16", "UTF-16", place=encoded("utf-16")),
    read("windows-1252", "saves as Windows-1252", "encoding", place=encoded("cp1252")),
    read(
        "trailing-nuls",
        "hands in a file that ends in zeros",
        "NUL",
        place=encoded("utf-8", behind=bytes(5000)),
    ),
    read(
        "unprintable",
        "writes what no text can hold",
        "NUL",
        change=unprintable,
        place=content(escaped),
    ),
    read("nbformat-3", "saves in an old format", "nbformat 3", place=content(version_3)),
    read("nbformat-5", "saves in a format to come", "nbformat 5", place=edited(version_5)),
    read("no-metadata", "loses all metadata", RECOGNISED, place=edited(no_metadata)),
    Submission(
        "no-metadata-wrong",
        "loses all metadata, with a wrong answer",
        WRONG,
        {"prob_not": "all"},
        told=(RECOGNISED,),
        place=edited(no_metadata),
    ),
    read("null-metadata", "has null for metadata", RECOGNISED, place=edited(null_metadata)),
    read("only-answers", "keeps its answers alone", RECOGNISED, place=edited(only_answers)),
    read("one-id", "has the same id for every cell", place=every_cell(one_id)),
    read("odd-sources", "has more than lines in its cells", place=every_cell(odd_sources)),
    read("odd-outputs", "has outputs that are none", place=every_cell(odd_outputs)),
    read(
        "odd-cells",
        "has entries among its cells that are no cells",
        "is no cell",
        place=edited(odd_cells),
    ),
    read("wrong-kernel", "says that it is written in R", change=wrong_kernel),
    read("odd-schema", "has schema versions that do not exist", change=odd_schema),
    read("large-outputs", "keeps fifty megabytes of outputs", change=large_outputs),
    read("browser-name", "downloads it twice", "file name", place=named(f"{ASSIGNMENT} (1).ipynb")),
    read("own-name", "names the file after itself", "file name", place=named("Abgabe Anna.ipynb")),
    read(
        "second-notebook",
        "leaves a second notebook",
        "'Kopie.ipynb' beside the notebook was ignored",
        place=beside(second_notebook),
    ),
    read("stray-files", "hands in its whole folder", "Notizen.docx", place=beside(stray_files)),
    read(
        "odd-names", "hands in 2,000 files, some with odd names", "ignored", place=beside(odd_names)
    ),
    read(
        "link-beside",
        "links to what is not its own",
        "ignored",
        place=beside(links),
    ),
    read(
        "traps-beside",
        "hands in what keeps its reader waiting",
        "'data.bin', 'loop', 'pipe', 'zeros' beside the notebook were ignored",
        place=beside(traps),
    ),
    read(
        "pipe-as-timestamp",
        "hands in a pipe as its time",
        "timestamp.txt",
        place=beside(lambda folder: os.mkfifo(folder / "timestamp.txt")),
    ),
    read(
        "odd-timestamp",
        "hands in at no time",
        "timestamp.txt",
        place=beside(lambda folder: (folder / "timestamp.txt").write_text("soon \x00", "utf-8")),
    ),
    unread("empty", "hands in an empty file", "empty", place=content(lambda nb: b"")),
    unread("pdf", "hands in a PDF", "no JSON", place=content(lambda nb: PDF)),
    unread("login-page", "hands in a web page", "no JSON", place=content(lambda nb: LOGIN)),
    unread(
        "truncated",
        "hands in half a file",
        "no JSON",
        place=content(lambda nb: as_text(nb).encode()[:20_000]),
    ),
    unread("a-list", "hands in a list", "no notebook", place=content(lambda nb: b"[1, 2, 3]")),
    unread("a-number", "hands in a number", "no notebook", place=content(lambda nb: b"1000")),
    unread(
        "no-cells",
        "hands in JSON without cells",
        "no notebook",
        place=content(lambda nb: b'{"cells": {"0": {}}, "metadata": {}, "nbformat": 4}'),
    ),
    unread(
        "nested",
        "hands in 100,000 levels",
        "nested",
        place=content(deep_cells),
    ),
    unread(
        "nested-metadata",
        "hands in 100,000 levels of metadata",
        "nested",
        place=content(deep_metadata),
    ),
    unread("huge", "hands in ten gigabytes", "submission_bytes", place=instead(sparse)),
    unread("much-text", "hands in fifty megabytes of text", "text_bytes", change=much_text),
    unread("many-cells", "hands in 100,000 cells", "limit cells", place=edited(many_cells)),
    unread("pipe", "hands in a pipe", "no regular file", place=instead(os.mkfifo)),
    unread("folder", "hands in a folder", "no regular file", place=instead(os.mkdir)),
    unread(
        "neighbours-work",
        "hands in a link to somebody else's notebook",
        "no regular file",
        place=instead(link(NEIGHBOUR)),
    ),
    unread(
        "password-file",
        "hands in a link to a file of the system",
        "no regular file",
        place=instead(link("/etc/passwd")),
    ),
    unread(
        "device", "hands in an endless device", "no regular file", place=instead(link("/dev/zero"))
    ),
    unread(
        "two-names",
        "hands in two notebooks, neither under the right name",
        "several notebooks",
        place=named("Kopie.ipynb", "Kopie2.ipynb"),
    ),
    unread(
        "no-notebook",
        "hands in a text document",
        "no notebook",
        place=lambda notebook, folder: stray_files(folder),
    ),
]
