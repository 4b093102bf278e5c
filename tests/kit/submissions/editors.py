"""Honest notebooks as the editors save them that people use: none of them loses a point."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from autograder.model.cells import is_solution, nbgrader_of
from tests.kit.submissions import ASSIGNMENT, Change, Place, Submission, as_text, cell_of, several

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
PIXEL += "RU5ErkJggg=="
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.9.7",
}


# --- what all of them leave -----------------------------------------------------


def executed(notebook: NotebookNode) -> None:
    """Number the cells and keep outputs, as after a run."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=3):
        cell.execution_count = number
        cell.outputs = [new_output("stream", name="stdout", text="✓\n")]
    for cell in code[1::3]:
        picture = {"image/png": PIXEL, "text/plain": "<Figure size 640x480 with 1 Axes>"}
        cell.outputs.append(new_output("display_data", picture, metadata={"needs": "nothing"}))
    for cell in code[2::3]:
        data = {"text/plain": "array([0.1, 0.9])"}
        cell.outputs.append(
            new_output("execute_result", data, execution_count=cell.execution_count)
        )
    code[-1].outputs.append(
        new_output("error", ename="NameError", evalue="x", traceback=["\x1b[0;31mNameError\x1b[0m"])
    )


def of_notebook(**metadata: Any) -> Change:
    """Replace the notebook's metadata."""

    def change(notebook: NotebookNode) -> None:
        notebook.metadata = NotebookNode(metadata)

    return change


def of_cells(add: Callable[[int, NotebookNode], dict[str, Any]]) -> Change:
    """Add to the metadata of every cell what `add` gives for its number."""

    def change(notebook: NotebookNode) -> None:
        for number, cell in enumerate(notebook.cells):
            cell.metadata.update(add(number, cell))

    return change


def old_format(minor: int) -> Change:
    """Save in a format in which cells have no ids."""

    def change(notebook: NotebookNode) -> None:
        notebook.nbformat_minor = minor
        for cell in notebook.cells:
            cell.pop("id", None)

    return change


def own_cells(notebook: NotebookNode) -> None:
    """Cells of the student's own, of every kind."""
    notebook.cells.insert(
        2, new_markdown_cell("## Meine Notizen\n\n- $p_i$\n\n![x](attachment:x.png)")
    )
    notebook.cells[2]["attachments"] = {"x.png": {"image/png": PIXEL}}
    notebook.cells.insert(6, new_raw_cell("raw"))
    notebook.cells.insert(9, new_code_cell("logits.sum()"))
    notebook.cells += [new_code_cell(""), new_code_cell("# nichts mehr")]


def sources(edit: Callable[[str], str]) -> Change:
    """Rewrite the text of every cell."""

    def change(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            cell.source = edit(cell.source)

    return change


def answers(edit: Callable[[str], str]) -> Change:
    """Rewrite the text of the answers in code."""

    def change(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            if is_solution(cell) and cell.cell_type == "code":
                cell.source = edit(cell.source)

    return change


def as_bytes(edit: Callable[[str], str]) -> Place:
    """Hand in a file whose text was edited."""

    def place(notebook: NotebookNode, folder: Path) -> None:
        path = folder / f"{ASSIGNMENT}.ipynb"
        path.write_bytes(edit(as_text(notebook)).encode())

    return place


def reformatted(**options: Any) -> Callable[[str], str]:
    """The same JSON in another layout."""
    return lambda text: json.dumps(json.loads(text), **options)


def joined(text: str) -> str:
    """The sources as one string each, and without what is empty."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return json.dumps(notebook, ensure_ascii=False, indent=1)


# --- the editors ----------------------------------------------------------------


def colab_cell(number: int, cell: NotebookNode) -> dict[str, Any]:
    about: dict[str, Any] = {"id": f"x{number:04d}aBcDeF"}
    if cell.cell_type == "code":
        user = {"displayName": "Anna B", "userId": "0123456789"}
        about["executionInfo"] = {
            "status": "ok", "timestamp": 1700000000000, "user_tz": -60, "elapsed": 12, "user": user,
        }  # fmt: skip
        about["outputId"] = "c0ffee00-0000-4000-8000-000000000000"
        about["colab"] = {"base_uri": "https://localhost:8080/", "height": 35}
        about["cellView"] = "form"
    return about


def colab_outputs(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "execute_result":
                output.data["application/vnd.google.colaboratory.intrinsic+json"] = {
                    "type": "string"
                }
            if output.output_type == "error":
                output.metadata = {"tags": []}  # beyond the format
    form = '#@title Temperatur { run: "auto" }\nT = 1.0 #@param {type:"slider", min:0.1, max:3}'
    upload = "from google.colab import drive\ndrive.mount('/content/drive')"
    notebook.cells.insert(3, new_code_cell(upload))
    notebook.cells.insert(4, new_code_cell(form))


COLAB = several(
    executed,
    own_cells,
    colab_outputs,
    of_cells(colab_cell),
    of_notebook(
        colab={"provenance": [], "toc_visible": True, "gpuType": "T4"},
        accelerator="GPU",
        kernelspec={"name": "python3", "display_name": "Python 3"},
        language_info={"name": "python"},
        widgets={"application/vnd.jupyter.widget-state+json": {"a1": {"model_name": "x"}}},
    ),
    old_format(0),
)

VSCODE = several(
    executed,
    own_cells,
    of_cells(lambda number, cell: {"vscode": {"languageId": "python"}}),
    of_notebook(
        kernelspec={"display_name": ".venv", "language": "python", "name": "python3"},
        language_info=LANGUAGE | {"version": "3.12.4"},
        orig_nbformat=4,
        vscode={"interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b"}},
    ),
)


def lab_cell(number: int, cell: NotebookNode) -> dict[str, Any]:
    about: dict[str, Any] = {"editable": True, "slideshow": {"slide_type": ""}, "tags": []}
    if cell.cell_type == "code":
        times = (
            "iopub.execute_input",
            "iopub.status.busy",
            "iopub.status.idle",
            "shell.execute_reply",
        )
        about["execution"] = dict.fromkeys(times, "2025-11-02T10:00:00.000000Z")
        about |= {"collapsed": True, "scrolled": True, "trusted": True}
        about["jupyter"] = {"outputs_hidden": False, "source_hidden": bool(number % 2)}
    return about


LAB = several(
    executed,
    own_cells,
    of_cells(lab_cell),
    of_notebook(
        kernelspec=KERNEL,
        language_info=LANGUAGE,
        **{"toc-autonumbering": True, "toc-showcode": False},
        widgets={
            "application/vnd.jupyter.widget-state+json": {
                "state": {},
                "version_major": 2,
                "version_minor": 0,
            }  # fmt: skip
        },
    ),
)


def classic_cell(number: int, cell: NotebookNode) -> dict[str, Any]:
    about: dict[str, Any] = {"hide_input": False, "run_control": {"marked": number % 2 == 0}}
    if cell.cell_type == "code":
        about |= {"collapsed": bool(number % 2), "scrolled": "auto", "code_folding": [0]}
        about["ExecuteTime"] = {"end_time": "2024-01-01T10:00:00.1Z", "start_time": "2024-01-01"}
    else:
        about |= {"heading_collapsed": True, "variables": {"T": "1.0"}}
    return about


CLASSIC = several(
    executed,
    own_cells,
    of_cells(classic_cell),
    of_notebook(
        kernelspec=KERNEL,
        language_info=LANGUAGE | {"version": "3.8.10"},
        celltoolbar="Create Assignment",
        hide_input=False,
        toc={"base_numbering": 1, "nav_menu": {}, "toc_position": {"height": "100px"}},
        varInspector={"cols": {"lenName": 16}, "types_to_exclude": ["module"]},
        latex_envs={"LaTeX_envs_menu_present": True},
    ),
    old_format(4),
)


def dataspell_cell(number: int, cell: NotebookNode) -> dict[str, Any]:
    about: dict[str, Any] = {"pycharm": {"name": "#%%\n", "is_executing": number % 2 == 0}}
    if cell.cell_type == "code":
        about |= {"collapsed": False, "is_executing": True, "ExecuteTime": {"end_time": "now"}}
    return about


DATASPELL = several(
    of_cells(dataspell_cell), of_notebook(kernelspec=KERNEL, language_info=LANGUAGE), old_format(0)
)


def kaggle_cell(number: int, cell: NotebookNode) -> dict[str, Any]:
    stamp = f"{number:08x}-0000-4000-8000-000000000000"
    return {
        "_uuid": stamp,
        "_cell_guid": stamp,
        "papermill": {"duration": 0.01, "exception": False, "status": "completed"},
        "execution": {"iopub.status.busy": "2025-01-01"},
        "trusted": True,
        "deepnote_cell_type": "code",
    }


KAGGLE = several(
    executed,
    of_cells(kaggle_cell),
    of_notebook(
        kernelspec=KERNEL,
        language_info=LANGUAGE,
        kaggle={"accelerator": "none", "dataSources": [], "isInternetEnabled": False},
        papermill={"default_parameters": {}, "version": "2.6.0", "parameters": {"T": 1}},
        deepnote_notebook_id="0",
    ),
)


def jupytext(notebook: NotebookNode) -> None:
    """To a script and back: no outputs, no ids, no attachments, no empty cells, lines trimmed."""
    cells = [cell for cell in notebook.cells if cell.source.strip()]
    for number, cell in enumerate(cells):
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        cell["id"] = f"{number:08x}"
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        kept = {"nbgrader": nbgrader_of(cell)} if nbgrader_of(cell) else {}
        cell.metadata = NotebookNode(kept)
    notebook.cells = cells
    notebook.metadata = NotebookNode(
        jupytext={
            "cell_metadata_filter": "nbgrader",
            "text_representation": {"extension": ".py", "format_name": "percent"},
        },
        kernelspec=KERNEL,
    )


def bare(text: str) -> str:
    """An editor that knows nothing but the cells' text and metadata."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for key in ("id", "attachments", "outputs", "execution_count"):
            cell.pop(key, None)
    return json.dumps(notebook | {"metadata": {}})


def other_kernel(name: str, language: str = "python") -> Change:
    about = {"display_name": f"Python ({name})", "language": language, "name": name}
    return of_notebook(kernelspec=about, language_info=LANGUAGE)


def sorted_apart(notebook: NotebookNode) -> None:
    """A blank line between all lines of an own cell, and a form feed; a BOM in a source."""
    cell = cell_of(notebook, "softmax")
    cell.source = cell.source.replace("\n    ", "\n\n    ") + "\n\f\n"


def with_tabs(code: str) -> str:
    return re.sub(
        r"^(?: {4})+", lambda found: "\t" * (len(found[0]) // 4), code, flags=re.MULTILINE
    )


def formatted(code: str) -> str:
    """As a formatter leaves it: other quotes, blank lines in front and behind."""
    return "\n\n" + code.replace("'", '"') + "\n\n\n"


EDITORS = [
    Submission("saved-by-colab", "worked in Google Colab", COLAB, place=as_bytes(reformatted())),
    Submission(
        "saved-by-vs-code",
        "worked in Visual Studio Code",
        VSCODE,
        place=as_bytes(lambda text: reformatted(indent=1, ensure_ascii=False)(text).rstrip()),
    ),
    Submission("saved-by-jupyterlab", "worked in JupyterLab", LAB),
    Submission("saved-by-notebook-6", "worked in an old Jupyter Notebook", CLASSIC),
    Submission("saved-by-dataspell", "worked in DataSpell", DATASPELL, place=as_bytes(joined)),
    Submission("saved-by-kaggle", "worked on Kaggle", KAGGLE),
    Submission("jupytext-and-back", "worked in a script", several(executed, own_cells, jupytext)),
    Submission(
        "saved-by-little",
        "worked with what keeps only text",
        several(own_cells, old_format(2)),
        place=as_bytes(bare),
    ),
    Submission("kernel-of-a-venv", "has another kernel's name", other_kernel("llm-venv")),
    Submission("kernel-of-conda", "has conda's kernel", other_kernel("conda-env-llm-py")),
    Submission("kernel-of-sage", "has a kernel of another language", other_kernel("sage", "sage")),
    Submission(
        "windows-lines",
        "has Windows' line ends in the cells",
        sources(lambda text: text.replace("\n", "\r\n")),
    ),
    Submission(
        "windows-file",
        "has Windows' line ends in the file",
        own_cells,
        place=as_bytes(lambda text: text.replace("\n", "\r\n")),
    ),
    Submission(
        "ascii-file",
        "escapes every letter beyond ASCII, with sorted keys",
        own_cells,
        place=as_bytes(reformatted(sort_keys=True, indent=4)),
    ),
    Submission("tabs", "indents by tabs", answers(with_tabs)),
    Submission(
        "trailing-spaces",
        "has spaces at the ends of lines, in locked cells as well",
        sources(lambda text: text.replace("\n", "  \n") + "  \n"),
    ),
    Submission(
        "formatted", "has been through a formatter", several(answers(formatted), sorted_apart)
    ),
    Submission(
        "no-break-spaces",
        "has pasted comments from a web page",
        answers(lambda code: code + "\n# p\u00a0=\u00a0softmax(z)\u200b  \u2028\n"),
    ),
]
