"""How the work of a backtracking matcher grows with the text: whether a pattern explodes.

A matcher that goes back tries every way in which the text can be cut into the parts of a pattern, unless one of them
leads to a match. The pattern is made a nondeterministic automaton. A state from which the match can end right there is
left out: whoever comes by takes that way out before trying others. If in the rest two different ways lead from a state
back to itself over the same text, the work doubles with every round (Weber and Seidl, "On the degree of ambiguity of
finite automata", 1991); if several loops over the same character follow each other, it is a power of the length.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from hilt.knowledge.patterns import UNBOUNDED, Chars, Choice, Look, Node, NotUnderstood, Repeat, Sequence, parse

STATES = 2_000
"""States of an automaton that is looked into; patterns of spaCy have a fourth, those of language models a fiftieth."""
WAYS = 50_000
"""Edges of an automaton once the steps without a character are left out."""
EDGES = 2_000_000
"""Steps of two ways at once that are looked at."""
STEPS = 2_000
"""Ways without a character that are followed from one state."""
POWER = 3
"""From which power on it is told: the square is what honest patterns of white space have."""

Edge = tuple[frozenset[str], int]


def growth(pattern: str) -> str:
    """In words how the work grows, empty where it stays harmless. Raises `NotUnderstood`."""
    pending: list[Node] = [parse(pattern)]
    worst = 1
    while pending:
        automaton = _Automaton()
        automaton.build(pending.pop())
        pending += automaton.looks
        if _doubles(automaton):
            return "doubles with every further character"
        worst = max(worst, _power(automaton))
    return f"grows with the power of {worst} of the length of a text" if worst >= POWER else ""


class _Automaton:
    """`edges` consume a character. `steps` consume none; those in `asserts` may fail."""

    def __init__(self) -> None:
        self.edges: list[list[Edge]] = []
        self.steps: list[list[tuple[int, bool]]] = []
        self.looks: list[Node] = []
        self.start = self.end = 0

    def build(self, node: Node) -> None:
        self.start = self.state()
        self.end = self.add(node, self.start)

    def state(self) -> int:
        if len(self.edges) >= STATES:
            raise NotUnderstood(f"more than {STATES} states")
        self.edges.append([])
        self.steps.append([])
        return len(self.edges) - 1

    def add(self, node: Node, begin: int) -> int:
        """Adds what matches `node` behind the state `begin`; returns the state behind it."""
        match node:
            case Chars(of):
                end = self.state()
                self.edges[begin].append((of, end))
                return end
            case Sequence(parts):
                for part in parts:
                    begin = self.add(part, begin)
                return begin
            case Choice(parts):
                ends = [self.add(part, self.after(begin)) for part in parts]
                end = self.state()
                for one in ends:
                    self.steps[one].append((end, False))
                return end
            case Look(part):
                if part is not None:
                    self.looks.append(part)
                end = self.state()
                self.steps[begin].append((end, True))
                return end
            case Repeat():
                return self.repeat(node, begin)

    def after(self, begin: int) -> int:
        state = self.state()
        self.steps[begin].append((state, False))
        return state

    def repeat(self, node: Repeat, begin: int) -> int:
        if node.kept:  # what is kept is tried once: one character stands for it
            self.looks.append(node.part)
            end = self.after(begin)
            self.edges[begin].append((_all(node.part), end))
            return end
        for _ in range(min(node.least, 2)):
            begin = self.add(node.part, begin)
        if node.most is None or node.most >= UNBOUNDED:
            # The first round begins elsewhere than the next, so that a round inside a round is a way of its own.
            begin = self.after(begin)
            loop, end = self.after(begin), self.after(begin)
            last = self.add(node.part, loop)
            self.steps[last] += [(loop, False), (end, False)]
            return end
        end = self.state()
        for _ in range(min(node.most - node.least, 2)):
            self.steps[begin].append((end, False))
            begin = self.add(node.part, begin)
        self.steps[begin].append((end, False))
        return end

    def reach(self, state: int, *, surely: bool) -> set[int]:
        """The states that are reached without a character; `surely` without a condition either."""
        seen, pending = {state}, [state]
        while pending:
            for target, asserts in self.steps[pending.pop()]:
                if target not in seen and not (surely and asserts):
                    seen.add(target)
                    pending.append(target)
        return seen

    def ways(self) -> list[list[Edge]]:
        """Edges from one character to the next, between states from which the match cannot end. An edge that is reached
        in two ways stands there twice."""
        open_states = [self.end not in self.reach(state, surely=True) for state in range(len(self.edges))]
        arrived = {target for edges in self.edges for _, target in edges} | {self.start}
        ways: list[list[Edge]] = [[] for _ in self.edges]
        total = 0
        for state in arrived:
            if open_states[state]:
                for inner, times in self.paths(state).items():
                    ways[state] += [(of, target) for of, target in self.edges[inner] if open_states[target]] * times
            total += len(ways[state])
            if total > WAYS:
                raise NotUnderstood(f"more than {WAYS} ways")
        return ways

    def paths(self, state: int) -> dict[int, int]:
        """Every state that is reached without a character, and whether in one way or in several (2). An empty round of a
        loop is no way: matchers leave it."""
        times: dict[int, int] = {}
        pending: list[tuple[int, frozenset[int]]] = [(state, frozenset({state}))]
        for _ in range(STEPS):
            if not pending:
                break
            at, passed = pending.pop()
            times[at] = min(2, times.get(at, 0) + 1)
            pending += [(target, passed | {target}) for target, _ in self.steps[at] if target not in passed]
        return times


def _all(node: Node) -> frozenset[str]:
    match node:
        case Chars(of):
            return of
        case Sequence(parts) | Choice(parts):
            return frozenset().union(*map(_all, parts))
        case Repeat(part):
            return _all(part)
    return frozenset()


def _doubles(automaton: _Automaton) -> bool:
    """Is there a state with two different ways back to itself over the same text?"""
    ways = automaton.ways()
    looping = list(_loops([[target for _, target in edges] for edges in ways]))
    for component in looping:
        inside = set(component)
        for state in component:
            own = [edge for edge in ways[state] if edge[1] in inside]
            if any(one[1] == other[1] and one[0] & other[0] for one, other in combinations(own, 2)):
                return True
    return any(_doubles_inside(ways, set(component)) for component in looping)


def _doubles_inside(ways: list[list[Edge]], inside: set[int]) -> bool:
    """The same for two ways that part: pairs of states that are reached over the same text, and meet again."""
    numbers = {(state, state): number for number, state in enumerate(inside)}
    graph: list[list[int]] = [[] for _ in numbers]
    pending = list(numbers)
    steps = 0
    while pending:
        pair = pending.pop()
        for one, other in product(ways[pair[0]], ways[pair[1]]):
            steps += 1
            if steps > EDGES:
                raise NotUnderstood("too many ways at once")
            target = (one[1], other[1])
            if target[0] in inside and target[1] in inside and one[0] & other[0]:
                if target not in numbers:
                    numbers[target] = len(graph)
                    graph.append([])
                    pending.append(target)
                graph[numbers[pair]].append(numbers[target])
    same = [one == other for one, other in numbers]
    return any({same[number] for number in component} == {True, False} for component in _loops(graph))


def _power(automaton: _Automaton) -> int:
    """The most loops over one character that follow each other."""
    ways = automaton.ways()
    most = 0
    for character in frozenset().union(*(of for edges in ways for of, _ in edges)):
        graph = [[target for of, target in edges if character in of] for edges in ways]
        most = max(most, _longest(graph))
    return most


def _longest(graph: list[list[int]]) -> int:
    components = list(_components(graph))
    place = {state: number for number, component in enumerate(components) for state in component}
    longest = [0] * len(components)
    for number, component in enumerate(components):  # what is reached comes first
        below = {place[target] for state in component for target in graph[state]}
        own = int(len(component) > 1 or any(state in graph[state] for state in component))
        longest[number] = own + max((longest[other] for other in below if other != number), default=0)
    return max(longest, default=0)


def _loops(graph: list[list[int]]) -> Iterator[list[int]]:
    """The strongly connected components that have an edge inside."""
    for component in _components(graph):
        if len(component) > 1 or component[0] in graph[component[0]]:
            yield component


def _components(graph: list[list[int]]) -> Iterator[list[int]]:
    """Tarjan's strongly connected components, without recursion; a component comes after all that it reaches."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    held = set[int]()
    for root in range(len(graph)):
        work = [(root, iter(graph[root]))] if root not in index else []
        if work:
            index[root] = low[root] = len(index)
            stack.append(root)
            held.add(root)
        while work:
            state, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    held.add(target)
                    work.append((target, iter(graph[target])))
                    break
                if target in held:
                    low[state] = min(low[state], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[state])
                if low[state] == index[state]:
                    component: list[int] = []
                    while not component or component[-1] != state:
                        component.append(stack.pop())
                        held.discard(component[-1])
                    yield component
