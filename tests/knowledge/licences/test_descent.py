from __future__ import annotations

from hilt.core.context import Base
from hilt.knowledge.licences.descent import CARRIES, MOST, Carries, descent
from hilt.knowledge.licences.edges import RELATIONS, Edge


def edge(relation: str, name: str, *, weak: bool = False) -> Edge:
    return Edge(relation=relation, name=name, source="README.md", weak=weak)


def bases(*those: Base) -> dict[str, Base]:
    return {base.name: base for base in those}


def test_every_relation_says_how_much_it_carries() -> None:
    assert set(CARRIES) == set(RELATIONS)


def test_along_a_way_the_least_counts() -> None:
    known = bases(
        Base(name="a", bases=(("adapter", "b"), ("dataset", "d"))), Base(name="b", bases=(("finetune", "c"),))
    )
    found = descent([edge("finetune", "a")], lambda relation, name: known.get(name))
    assert {one.name: one.carries for one in found.ancestors} == {
        "a": Carries.ALL, "b": Carries.PAIR, "c": Carries.PAIR, "d": Carries.DATA,
    }  # fmt: skip
    assert {one.name: one.way for one in found.ancestors}["c"] == ("a", "b", "c")


def test_a_name_reached_twice_counts_for_each_amount_it_carries() -> None:
    known = bases(Base(name="a", bases=(("finetune", "c"),)), Base(name="b", bases=(("distilled", "c"),)))
    found = descent([edge("merge", "a"), edge("merge", "b")], lambda relation, name: known.get(name))
    assert [one.carries for one in found.ancestors if one.name == "c"] == [Carries.ALL, Carries.OUTPUTS]


def test_what_follows_from_a_weak_step_is_weak() -> None:
    known = bases(Base(name="a", bases=(("finetune", "b"),)))
    found = descent([edge("finetune", "a", weak=True)], lambda relation, name: known.get(name))
    assert all(one.weak for one in found.ancestors)


def test_circles_end() -> None:
    known = bases(
        Base(name="a", bases=(("finetune", "B"),)), Base(name="B", bases=(("finetune", "A"), ("finetune", "me")))
    )
    found = descent([edge("finetune", "a")], lambda relation, name: known.get(name), "Me")
    assert found.circles == (("Me", "a", "B", "A"), ("Me", "a", "B", "me"))


def test_bases_that_multiply_end() -> None:
    def look_up(relation: str, name: str) -> Base:
        return Base(name=name, bases=tuple(("merge", f"{name}{digit}") for digit in range(10)))

    assert len(descent([edge("merge", "a")], look_up).ancestors) == MOST
