"""Wrap a function of a reference so that it goes wrong in a subtle way.

How it works: a behavioural mutant calls the reference's function, with an argument that
was rounded or remembered, say, or with another generator. What may go wrong is said in
`imprecision`, `memory`, `chance` and `edges`, which know nothing of an assignment: they
go by the kind of each parameter (`witness.Parameter`).
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from autograder.mutants.witness import Parameter

RIGHT = "right"  # what a wrapped function is called


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a wrapper does: `body` before the call, `result` with what it returns.

    `sure`: it is wrong though no single call shows it.
    """

    about: str
    body: str = ""
    setup: str = ""
    result: str = "{call}"
    positional: bool = False  # whether arguments can't be named
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A function of the reference, as far as wrappers go by it."""

    node: ast.FunctionDef
    parameters: tuple[Parameter, ...]
    floats: bool  # whether its result holds floating point numbers
    arrays: bool  # whether it returns arrays

    def of_kind(self, *kinds: str) -> list[Parameter]:
        """The parameters of some kinds."""
        return [each for each in self.parameters if each.kind in kinds]

    @property
    def random(self) -> bool:
        """Whether it is given a generator."""
        return bool(self.of_kind("generator"))

    @property
    def call(self) -> str:
        """The call of what is wrapped."""
        only = {arg.arg for arg in self.node.args.kwonlyargs}
        given = (f"{p.name}={p.name}" if p.name in only else p.name for p in self.parameters)
        return f"{RIGHT}({', '.join(given)})"


def wrap(subject: Subject, behaviour: Behaviour) -> str:
    """The text of a cell: the reference's function, and the one that calls it."""
    body = textwrap.dedent(behaviour.body).strip("\n")
    inner = [
        f'"""{behaviour.about[0].upper()}{behaviour.about[1:]}."""',
        *([body] if body else []),
        f"return {behaviour.result.format(call=subject.call)}",
    ]
    outer = f"def {subject.node.name}({signature(subject.node, behaviour.positional)}):\n"
    setup = textwrap.dedent(behaviour.setup).strip("\n")
    parts = [
        ast.unparse(subject.node),
        f"import numpy as np\n\n{RIGHT} = {subject.node.name}",
        *([setup] if setup else []),
        outer + textwrap.indent("\n".join(inner), "    "),
    ]
    return "\n\n\n".join(parts) + "\n"


def signature(node: ast.FunctionDef, positional: bool) -> str:
    """The parameters with their defaults, without annotations."""
    named = [ast.arg(arg.arg) for arg in node.args.args]
    first = [ast.arg(arg.arg) for arg in node.args.posonlyargs]
    bare = ast.arguments(
        posonlyargs=[*first, *named] if positional else first,
        args=[] if positional else named,
        kwonlyargs=[ast.arg(arg.arg) for arg in node.args.kwonlyargs],
        kw_defaults=node.args.kw_defaults,
        defaults=node.args.defaults,
    )
    return ast.unparse(bare)
