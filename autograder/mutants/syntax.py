"""Make small changes to a reference, each of which its hidden tests should notice.

How it works: a table of operators says, for a node of the syntax tree, by what it
could be replaced: a comparison by its neighbour, a number by the next one, a keyword
left out. Every replacement is a mutant of its own. The idea is DeMillo, Lipton and
Sayward's (1978); Jia and Harman (2011) survey the operators. A mutation library's own
(Cosmic Ray's, mutmut's) know nothing of NumPy's functions, where students go wrong.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

ARROW = "  →  "

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
COMBINED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Pow: ast.Mult,
}
# functions and methods that are taken for each other
CONFUSED = {
    "max": "min",
    "min": "max",
    "sum": "mean",
    "mean": "sum",
    "argmax": "argmin",
    "argmin": "argmax",
    "log": "log2",
    "exp": "exp2",
    "zeros": "ones",
    "ones": "zeros",
    "maximum": "minimum",
    "minimum": "maximum",
    "float64": "float32",
    "cumsum": "cumprod",
    "ValueError": "TypeError",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed piece of the reference; `change` shows its line before and after."""

    task: str
    source: str
    original: str  # the same piece of the reference
    change: str


def mutate(reference: str, tasks: tuple[str, ...]) -> tuple[Mutant, ...]:
    """All mutants of the tasks in a reference's source, in its order and none of them twice.

    A helper that is no task itself is changed where a task's value is made with it.
    """
    pieces = {name: node for node in ast.parse(reference).body if (name := defines(node))}
    found: dict[str, Mutant] = {}
    for task in tasks:
        for piece in [*helpers_of(task, pieces, tasks), task] if task in pieces else []:
            for changed in changes(pieces[piece]):
                mutant = as_mutant(task, piece, pieces, changed)
                if mutant.source != mutant.original:  # a pair of equals was swapped, say
                    found.setdefault(f"{task}\n{mutant.source}", mutant)
    return tuple(found.values())


def defines(node: ast.stmt) -> str:
    """The one name that a top-level statement defines, or ""."""
    match node:
        case ast.FunctionDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def helpers_of(task: str, pieces: dict[str, ast.stmt], tasks: tuple[str, ...]) -> list[str]:
    """The functions that a task's piece calls, and that belong to no task of their own."""
    called = {node.id for node in ast.walk(pieces[task]) if isinstance(node, ast.Name)}
    return [
        name
        for name, node in pieces.items()
        if name in called and name not in tasks and isinstance(node, ast.FunctionDef)
    ]


def as_mutant(task: str, piece: str, pieces: dict[str, ast.stmt], changed: ast.stmt) -> Mutant:
    """The mutant in which `changed` stands in the place of a piece."""
    before, after = ast.unparse(pieces[piece]), ast.unparse(changed)
    rest = "\n" if piece == task else f"\n\n\n{ast.unparse(pieces[task])}\n"
    return Mutant(task, after + rest, before + rest, first_difference(before, after))


def first_difference(before: str, after: str) -> str:
    """The first line that differs, before and after."""
    old, new = before.split("\n"), after.split("\n")
    at = next((i for i, pair in enumerate(zip(old, new)) if pair[0] != pair[1]), 0)
    return f"{old[at].strip()}{ARROW}{new[at].strip()}"


def changes(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statement with one change, in every way that the table knows."""
    for node in body_of(statement):
        for other in replacements(node):
            # a deep copy that takes `other` for the copy of `node`
            yield ast.fix_missing_locations(copy.deepcopy(statement, {id(node): other}))


def body_of(statement: ast.stmt) -> Iterator[ast.AST]:
    """What may change: no docstring, no annotation, no text of an error."""
    if isinstance(statement, ast.FunctionDef):
        docstring = ast.get_docstring(statement) is not None
        for default in (*statement.args.defaults, *filter(None, statement.args.kw_defaults)):
            yield from ast.walk(default)
        for child in statement.body[docstring:]:
            yield from without_messages(child)
    elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        yield from ast.walk(statement.value)


def without_messages(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, but for annotations and what a raised error says."""
    yield node
    if not isinstance(node, ast.Raise):
        annotations = getattr(node, "annotation", None), getattr(node, "returns", None)
        for child in ast.iter_child_nodes(node):
            if child not in annotations:
                yield from without_messages(child)


def replacements(node: ast.AST) -> Iterator[ast.AST]:
    """What could stand in the place of a node by mistake."""
    match node:
        case ast.Compare(left=left, ops=operators, comparators=right):
            for ops in neighbours(operators):
                yield ast.Compare(left=left, ops=ops, comparators=right)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in COMBINED:
            yield ast.BinOp(left=left, op=COMBINED[type(operator)](), right=right)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.BoolOp(op=operator, values=values):
            yield ast.BoolOp(
                op=ast.Or() if isinstance(operator, ast.And) else ast.And(), values=values
            )
        case ast.Constant(value=bool(value)):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value=value + 1)
            yield ast.Constant(value=value - 1)
        case ast.Call():
            yield from calls(node)
        case ast.Attribute(value=value, attr=name) if name in CONFUSED:
            yield ast.Attribute(value=value, attr=CONFUSED[name], ctx=ast.Load())
        case ast.Name(id=name) if name in CONFUSED:
            yield ast.Name(id=CONFUSED[name], ctx=ast.Load())
        case ast.Slice():
            yield from slices(node)
        case ast.Tuple(elts=[first, second], ctx=ast.Load()):
            yield ast.Tuple(elts=[second, first], ctx=ast.Load())
        case ast.If(body=body, orelse=orelse):
            for constant in (False, True):
                yield ast.If(test=ast.Constant(value=constant), body=body, orelse=orelse)
        case ast.Assign() | ast.AugAssign():
            yield ast.Pass()
        case ast.Return(value=ast.expr()):
            yield ast.Return(value=ast.Constant(value=None))
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=args)) if name in CONFUSED:
            other = ast.Name(id=CONFUSED[name], ctx=ast.Load())
            yield ast.Raise(exc=ast.Call(func=other, args=args, keywords=[]), cause=None)


def neighbours(operators: list[ast.cmpop]) -> Iterator[list[ast.cmpop]]:
    """The operators of a comparison, with one of them replaced by a similar one."""
    for at, operator in enumerate(operators):
        for kind in COMPARED.get(type(operator), ()):
            yield [*operators[:at], kind(), *operators[at + 1 :]]


def calls(node: ast.Call) -> Iterator[ast.AST]:
    """A call without one of its keywords, and its first argument alone."""
    for at in range(len(node.keywords)):
        kept = [*node.keywords[:at], *node.keywords[at + 1 :]]
        yield ast.Call(func=node.func, args=node.args, keywords=kept)
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def slices(node: ast.Slice) -> Iterator[ast.AST]:
    """A slice that is one longer, one shorter, or the other part."""
    if node.upper is not None and node.lower is None:
        one = ast.Constant(value=1)
        for operator in (ast.Add(), ast.Sub()):
            yield ast.Slice(upper=ast.BinOp(left=node.upper, op=operator, right=one))
        yield ast.Slice(lower=node.upper)
