"""The small faults that `benchmarks.mutants` puts into a file, one at a time: most of cosmic-ray's, and what it leaves
out (words, entries of tables, statements, single conditions)."""

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

_SWAPS: Final = {
    *("Add_Sub", "Sub_Add", "Mul_FloorDiv", "FloorDiv_Mul", "Div_Mul", "Mod_Mul"),
    *("Is_IsNot", "IsNot_Is", "In_NotIn", "NotIn_In", "Eq_NotEq", "NotEq_Eq"),
    *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
}
"""`x ** y` for `x + y` or `x > y` for `x != y` teach nothing that these do not."""
_OTHERWISE: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """A whole file with one fault. `was` and `line` are the first line that differs, without indentation."""

    operator: str
    number: int
    was: str
    line: str
    source: str

    @property
    def name(self) -> str:
        """How docs/mutants.md names it: by its line, where that says enough."""
        return f"{self.was} → {self.line}" if self.line in ("if True:", "if False:", "pass") else self.line


def mutants(source: str) -> list[Mutant]:
    """All mutants of a file, each once; those that differ in types alone are left out, as mypy holds these."""
    seen = {_behaviour(source)}
    found = []
    for operator, mutated in (*_cosmic(source), *_ours(source)):
        try:
            behaviour = _behaviour(mutated)
        except SyntaxError:
            continue
        if behaviour not in seen:
            seen.add(behaviour)
            found.append(_mutant(operator, source, mutated))
    return sorted(found, key=lambda mutant: mutant.number)


def _mutant(operator: str, source: str, mutated: str) -> Mutant:
    before, after = source.splitlines(), mutated.splitlines()
    number = next(number for number, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
    return Mutant(operator, number + 1, before[number].strip(), after[number].strip(), mutated)


def _behaviour(source: str) -> str:
    """The program without types and places."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            node.slice = ast.Constant(None)
    return ast.dump(tree)


def _cosmic(source: str) -> Iterator[tuple[str, str]]:
    for name in operator_names():
        operator = get_operator(name)
        kind, _, pair = name.removeprefix("core/").partition("Operator_")
        if operator.arguments() or (kind in ("ReplaceBinary", "ReplaceComparison") and pair not in _SWAPS):
            continue
        occurrence = 0
        while (mutated := mutate_code(source, operator(), occurrence)) is not None:
            yield name.removeprefix("core/"), mutated
            occurrence += 1


def _ours(source: str) -> Iterator[tuple[str, str]]:
    tree, data = ast.parse(source), source.encode()
    starts = [0]  # of each line, in bytes, as `ast` counts columns
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def span(node: ast.AST) -> tuple[int, int]:
        return (
            starts[node.lineno - 1] + node.col_offset,  # type: ignore[attr-defined]
            starts[node.end_lineno - 1] + node.end_col_offset,  # type: ignore[attr-defined]
        )

    for node in ast.walk(tree):
        for operator, old, new in _faults(node):
            begin, end = span(old)
            text = new if isinstance(new, str) else "(" + data[slice(*span(new))].decode() + ")"
            yield operator, (data[:begin] + text.encode() + data[end:]).decode()


def _faults(node: ast.AST) -> Iterator[tuple[str, ast.AST, ast.AST | str]]:
    """What to put in the place of what, source or another part of the program."""
    if isinstance(node, ast.JoinedStr):
        yield "word", node, '"?"'
    for child in ast.iter_child_nodes(node):
        words = isinstance(child, ast.Constant) and isinstance(child.value, str)
        if words and not isinstance(node, ast.Expr | ast.JoinedStr):
            yield "word", child, repr(f"{child.value}?")  # type: ignore[attr-defined]
    yield from _smaller(node)
    yield from _less(node)
    if (
        isinstance(node, ast.AugAssign | ast.Delete | ast.Raise)
        or (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name | ast.Tuple))
    ):
        yield "statement", node, "pass"
    elif isinstance(node, ast.Return) and node.value is not None:
        yield "return", node.value, "None"


def _smaller(node: ast.AST) -> Iterator[tuple[str, ast.AST, ast.AST | str]]:
    """Less of a condition."""
    match node:
        case ast.BoolOp():
            for operand in node.values:
                yield "operand", operand, "True" if isinstance(node.op, ast.And) else "None"
        case ast.IfExp():
            yield "choice", node, node.body
            yield "choice", node, node.orelse
        case ast.If():
            yield "condition", node.test, "True"
            yield "condition", node.test, "False"
        case ast.comprehension():
            for condition in node.ifs:
                yield "condition", condition, "True"


def _less(node: ast.AST) -> Iterator[tuple[str, ast.AST, ast.AST | str]]:
    """Less of a table or of a call."""
    match node:
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                yield "entry", *((value, "{}") if key is None else (key, "None"))
        case ast.Call(func=ast.Name(id=name)) if name in _OTHERWISE:
            yield "function", node.func, _OTHERWISE[name]
        case ast.Call():
            for keyword in node.keywords:
                if keyword.arg is not None:
                    yield "argument", keyword.value, "None"
