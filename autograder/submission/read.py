"""Read what a student handed in, whatever it is.

How it works: nothing in the folder is trusted. Of all files only the notebook is
read, only if it is a regular file of bounded size, and of its JSON only what
`submission.restore` needs: each cell's type, text, grade_id and pictures. An odd
file that holds a notebook is read as one, with a remark for staff. A file that
nobody can read is a *fault*: its tasks are not graded, and a person looks.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.model.cells import LINE_BYTES, grade_id_of, tidy
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.model.listing import listed
from autograder.model.messages import Message
from autograder.model.remarks import Remarks
from autograder.submission.receipt import SECRET, TIMESTAMP

SUFFIX = ".ipynb"
OURS = (TIMESTAMP, SECRET, ".ipynb_checkpoints")  # nbgrader's and Jupyter's own, no student's
NAMED = 5  # files that a remark names; the others are counted
LONGEST_NAME = 60
PICTURES = ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Intake:
    """A notebook as it was handed in, or why it can't be read, and what was unusual."""

    notebook: NotebookNode | None
    remarks: tuple[str, ...] = ()
    fault: Message | None = None
    digest: str = ""  # SHA-256 of the file, "" where it was not read


class Unread(Exception):
    """The file holds no notebook that anybody could grade."""

    def __init__(self, key: str, **data: str) -> None:
        super().__init__(key)
        self.message = Message.of(key, **data)


def read_submission(
    folder: Path, name: str, limits: Limits, *, expected: Iterable[str] = ()
) -> Intake:
    """The notebook `name` of the submission in `folder`.

    `expected` names the files of the assignment, which are nothing unusual.
    Raises GraderError where the disk does not give what it holds.
    """
    remarks = Remarks()
    usual = {*expected, *OURS}
    try:
        entries = sorted(os.listdir(folder))
        found = choose(entries, name + SUFFIX, usual)
        if found != name + SUFFIX:
            remarks.add(f"the file name is {show(found)}, not {name}{SUFFIX}")
        note_strays([entry for entry in entries if entry not in {found, *usual}], remarks)
        return read_file(folder / found, limits, remarks)
    except Unread as fault:
        return Intake(None, tuple(remarks.said), fault.message)
    except OSError as error:
        raise GraderError(f"The submission in {folder} can't be read: {error}.") from error


def read_file(path: Path, limits: Limits, remarks: Remarks | None = None) -> Intake:
    """The notebook in a file, whatever its name; raises OSError where it can't be read."""
    remarks = remarks or Remarks()
    digest = ""
    try:
        content = read_bytes(path, limits)
        digest = hashlib.sha256(content).hexdigest()
        cells = list(read_cells(parse(decode(content, remarks)), limits, remarks))
    except Unread as fault:
        return Intake(None, tuple(remarks.said), fault.message, digest)
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=cells)
    return Intake(notebook, tuple(remarks.said), digest=digest)


# --- which file ---------------------------------------------------------------


def choose(entries: list[str], wanted: str, usual: set[str]) -> str:
    """The file that is the notebook: the one of that name, or the only one of another."""
    if wanted in entries:
        return wanted
    others = [entry for entry in entries if entry.lower().endswith(SUFFIX) and entry not in usual]
    if len(others) == 1:
        return others[0]
    if others:
        raise Unread("unread_several", files=listed([*map(show, others)], NAMED), wanted=wanted)
    raise Unread("unread_none", files=listed([*map(show, entries)], NAMED) or "–")


def note_strays(strays: list[str], remarks: Remarks) -> None:
    """Tell staff of files that grading does not use."""
    if strays:
        were = "was" if len(strays) == 1 else "were"
        remarks.add(f"{listed([*map(show, strays)], NAMED)} beside the notebook {were} ignored")


def show(name: str) -> str:
    """A file name as a student may have made it, bounded and on one line."""
    return ascii(name[:LONGEST_NAME]) if not name.isprintable() else f"'{name[:LONGEST_NAME]}'"


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The content of a regular file: no link is followed, no pipe waited for."""
    most = limits.submission_bytes
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise Unread("unread_irregular", file=show(path.name))
    # it may have become something else since: no link is followed here either
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        size = os.fstat(descriptor).st_size
        if size > most:
            raise Unread("unread_size", size=str(size), most=str(most))
        return file.read(most)


# --- what it says -------------------------------------------------------------


def decode(content: bytes, remarks: Remarks) -> str:
    """The text of the file in whatever encoding an editor chose."""
    encoding = json.detect_encoding(content)
    if encoding == "utf-8-sig":
        remarks.add("the file began with a byte order mark")
    elif encoding != "utf-8":
        remarks.add(f"the file's encoding was {encoding.upper()}, not UTF-8")
    try:
        text = content.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
        remarks.add("the file's encoding was not UTF-8: it was read as Windows-1252")
    if "\0" in text[:1] + text[-1:]:
        remarks.add("the file had NUL characters at its ends")
    return text.strip("\0 \t\r\n")


def parse(text: str) -> Any:
    """What the JSON says."""
    if not text:
        raise Unread("unread_empty")
    try:
        return json.loads(text, strict=False)
    except RecursionError as error:
        raise Unread("unread_deep") from error
    except ValueError as error:
        line = str(error.lineno) if isinstance(error, json.JSONDecodeError) else "?"
        raise Unread("unread_no_json", line=line) from error


def read_cells(data: Any, limits: Limits, remarks: Remarks) -> Iterator[NotebookNode]:
    """The cells of a notebook of any version, reduced to what grading needs."""
    if not isinstance(data, dict):
        raise Unread("unread_no_notebook")
    if data.get("nbformat") != 4:
        version = data.get("nbformat")
        shown = str(version)[:20] if isinstance(version, str | int | None) else "of another type"
        remarks.add(f"the notebook says nbformat {shown}, not nbformat 4")
    cells = cells_of(data)
    if len(cells) > limits.cells:
        raise Unread("unread_cells", cells=str(len(cells)), most=str(limits.cells))
    left, pictures = limits.text_bytes, limits.attachments
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict):
            remarks.add(f"entry {number} of the cells is no cell and was left out")
            continue
        read = read_cell(cell, number, remarks)
        left -= size_of(read)
        pictures -= len(read.get("attachments", {}))
        if pictures < 0:
            most = str(limits.attachments)
            raise Unread("unread_attachments", cell=str(number), most=most)
        if left < 0:
            raise Unread("unread_text", cell=str(number), most=str(limits.text_bytes))
        yield read


def cells_of(data: dict[str, Any]) -> list[Any]:
    """The list of cells; before nbformat 4 it was part of a worksheet."""
    if isinstance(cells := data.get("cells"), list):
        return cells
    sheets = data.get("worksheets")
    if isinstance(sheets, list) and sheets:
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in lists if isinstance(cells, list) for cell in cells]
    raise Unread("unread_no_notebook")


def read_cell(cell: dict[str, Any], number: int, remarks: Remarks) -> NotebookNode:
    """A cell's type, text, grade_id and attachments; everything else is dropped."""
    kind, text = cell.get("cell_type"), cell.get("source", cell.get("input", ""))
    text = "".join(filter(is_text, text)) if isinstance(text, list) else text
    text = text if is_text(text) else ""
    if kind == "heading":  # of nbformat 3
        kind, text = "markdown", f"# {text}"
    name = grade_id_in(cell)
    place = f"cell {show(name)}" if is_text(name) else f"cell {number} from the top"
    if kind not in ("code", "markdown", "raw"):
        remarks.add(f"{place} has no known type and was taken for plain text")
        kind = "raw"
    read = NotebookNode(cell_type=kind, id=f"cell-{number}", metadata=NotebookNode())
    read.source = clean(text, place, remarks)
    if is_text(name):
        read.metadata.nbgrader = NotebookNode(grade_id=clean(name, place, remarks))
    if isinstance(cell.get("attachments"), dict):
        read.attachments = pictures_in(cell["attachments"])
    return read


def pictures_in(attachments: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The pictures among what is attached to a cell."""
    bundles = {name: held for name, held in attachments.items() if isinstance(held, dict)}
    return {
        name: {kind: held[kind] for kind in PICTURES if is_text(held.get(kind))}
        for name, held in bundles.items()
    }


def grade_id_in(cell: dict[str, Any]) -> Any:
    """What stands where a grade_id belongs."""
    metadata = cell.get("metadata")
    own = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return own.get("grade_id") if isinstance(own, dict) else None


def size_of(cell: NotebookNode) -> int:
    """The characters of a cell: its text and lines, its name, its pictures and their names."""
    attached = cell.get("attachments", {})
    pictures = [*attached, *(value for held in attached.values() for value in held.values())]
    lines = LINE_BYTES * cell.source.count("\n")
    return len(cell.source) + lines + len(grade_id_of(cell)) + sum(map(len, pictures))


def is_text(value: Any) -> bool:
    """Whether a value is a string."""
    return isinstance(value, str)


def clean(text: str, place: str, remarks: Remarks) -> str:
    """The text without what no file can hold."""
    tidied = tidy(text)
    if tidied != text:
        remarks.add(f"{place} had characters that no text can hold, such as NUL")
    return tidied
