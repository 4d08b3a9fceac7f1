"""What differs between two versions of a clause: for machines, and for whoever reads the comparison."""

from __future__ import annotations

from licensing.domain.clauses import Clause
from licensing.domain.parameters import Choice, Choices, Parameter


def _machine(parameter: Parameter) -> tuple[str, tuple[str, ...]]:
    options = parameter.options if isinstance(parameter, Choice | Choices) else ()
    return parameter.kind, tuple(item.code for item in options)


def machine_changes(before: Clause, after: Clause) -> list[str]:
    """The parameters of `before` that `after` no longer has, or has with another kind or other option codes.

    Matching, prices and licences read them by name and code; a version may change words, limits, defaults and
    fallbacks and may add parameters, but never these.
    """
    now = {parameter.name: _machine(parameter) for parameter in after.parameters}
    return [item.name for item in before.parameters if now.get(item.name) != _machine(item)]


def changed_parameters(before: Clause, after: Clause) -> list[str]:
    """The names of parameters that were added, went, or are not as they were, in alphabetical order."""
    old, new = ({item.name: item for item in clause.parameters} for clause in (before, after))
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
