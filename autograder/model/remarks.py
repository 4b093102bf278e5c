"""What was noticed about a submission when it was read, and how its notebook carries that.

How it works: nbgrader writes a restored notebook to a file, and reads it again to grade it.
In between the remarks lie in the notebook's metadata: `write_noticed` puts them there, and
`take_noticed` takes them out. A submission can't forge them, since a restored notebook has
the metadata of the source.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from nbformat import NotebookNode, from_dict

from autograder.model.cells import KEY
from autograder.model.errors import GraderError
from autograder.model.messages import Message

MOST_REMARKS = 100


@dataclass(frozen=True, slots=True)
class Noticed:
    """What was unusual about a submission, for staff, and why nobody can read it."""

    remarks: tuple[str, ...] = ()
    fault: Message | None = None  # None where it could be read


@dataclass(slots=True)
class Remarks:
    """A list of remarks for staff, without repetitions and of bounded length."""

    said: list[str] = field(default_factory=list)

    def add(self, remark: str) -> None:
        """Append a remark, unless there are too many already."""
        if remark not in self.said and len(self.said) <= MOST_REMARKS:
            self.said.append(remark if len(self.said) < MOST_REMARKS else "and more of the kind")


def write_noticed(notebook: NotebookNode, noticed: Noticed) -> None:
    """Put what was noticed into the metadata of a restored notebook."""
    data = msgspec.to_builtins(noticed)
    notebook.metadata[KEY] = from_dict({k: v for k, v in data.items() if v is not None})


def take_noticed(notebook: NotebookNode) -> Noticed:
    """Remove what `write_noticed` wrote; raises GraderError for anything else."""
    try:
        return msgspec.convert(notebook.metadata.pop(KEY, {}), Noticed)
    except msgspec.ValidationError as error:
        raise GraderError(f"The notebook's metadata holds no remarks: {error}.") from error
