"""What was noticed about a submission survives in its notebook between nbgrader's two steps."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_notebook

from autograder.model.cells import KEY
from autograder.model.errors import GraderError
from autograder.model.messages import Message
from autograder.model.remarks import Noticed, take_noticed, write_noticed


@pytest.mark.parametrize(
    "noticed",
    [
        Noticed(),
        Noticed(("cell why: it was missing",)),
        Noticed(("a", "b"), Message.of("unread_no_json", line="3")),
    ],
)
def test_what_was_written_is_taken_out_once(noticed: Noticed) -> None:
    notebook = new_notebook()
    write_noticed(notebook, noticed)
    copy = nbformat.reads(nbformat.writes(notebook), as_version=4)
    assert take_noticed(copy) == noticed
    assert take_noticed(copy) == Noticed()
    assert copy == new_notebook()


@pytest.mark.parametrize("other", ["", [], {"remarks": "one"}, {"fault": {"key": 1}}])
def test_what_nobody_wrote_is_no_remark(other: object) -> None:
    notebook = new_notebook(metadata={KEY: other})
    with pytest.raises(GraderError, match="holds no remarks"):
        take_noticed(notebook)
