"""What is to be sent is put there once, is taken by one server each, and is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

from hilt.core.notification import Notification, Occasion, Undelivered
from hilt.record.database import Database
from hilt.record.outbox.store import Item, Letter, Outbox, Seen, Which

BEGIN = Seen(5, "2026-11-21")


def at(minute: int) -> str:
    return f"2026-11-22T{8 + minute // 60:02}:{minute % 60:02}:00+00:00"


def item(number: int, *, to: str = "p-1", occasion: Occasion = Occasion.WAITS, due: int = 0) -> Item:
    told = Notification(key=f"n-{number}", occasion=occasion, at=at(0), line=f"Case #{number} waits", path="/cases/1")
    return Item(told, "hook" if to.startswith("hook") else "mail", to, at(due))


def filled(database: Database, items: Sequence[Item]) -> Outbox:
    outbox = Outbox(database)
    outbox.begin(BEGIN)
    assert outbox.put(BEGIN, Seen(6, BEGIN.day), items)
    return outbox


def taken(outbox: Outbox, minute: int, channel: str = "mail", new: str = "") -> Letter | None:
    return outbox.take(channel, new or token_hex(4), at(minute), at(minute + 10), gathers=channel == "mail")


def keys(letter: Letter | None) -> list[str]:
    assert letter is not None
    return [one.key for one in letter.told]


def test_of_two_servers_that_look_at_the_same_entries_one_puts_what_it_found(database: Database) -> None:
    outbox = filled(database, [item(1)])
    outbox.begin(Seen(99, "2026-12-31"))
    assert outbox.seen() == Seen(6, BEGIN.day)
    assert not outbox.put(BEGIN, Seen(6, BEGIN.day), [item(2)])
    assert outbox.put(Seen(6, BEGIN.day), Seen(7, BEGIN.day), [item(1), item(3), item(3)])
    assert keys(taken(outbox, 0)) == ["n-1", "n-3"]


def test_all_that_waits_for_somebody_goes_into_one_letter_what_hurries_first(database: Database) -> None:
    outbox = filled(
        database,
        [item(1, due=1), item(2, due=9), item(3, occasion=Occasion.STOPPED, due=1), item(4, to="p-2", due=2)],
    )
    assert taken(outbox, 0) is None
    letter = taken(outbox, 1)
    assert keys(letter) == ["n-3", "n-1", "n-2"]
    assert taken(outbox, 1) is None
    assert keys(taken(outbox, 2)) == ["n-4"]


def test_a_letter_is_one_servers_until_its_lease_is_over_and_then_the_same_letter_of_another(
    database: Database,
) -> None:
    outbox = filled(database, [item(1)])
    first = taken(outbox, 0, new="one")
    assert first is not None
    assert taken(outbox, 9, new="two") is None
    second = taken(outbox, 10, new="two")
    assert second is not None
    assert (second.id, second.tries) == ("one", 2)
    outbox.again(first, at(60), "too late", arrived=False, everybody=True)  # whose letter it is no more
    outbox.sent(second, at(11))
    assert taken(outbox, 60) is None


def test_nothing_follows_a_letter_at_once(database: Database) -> None:
    outbox = filled(database, [item(1)])
    letter = taken(outbox, 0)
    assert letter is not None
    outbox.sent(letter, at(1))
    outbox.put(Seen(6, BEGIN.day), Seen(7, BEGIN.day), [item(2)])
    assert taken(outbox, 0) is None
    assert keys(taken(outbox, 1)) == ["n-2"]


def test_what_was_not_sent_waits_for_more_and_what_may_have_arrived_stays_as_it_is(database: Database) -> None:
    outbox = filled(database, [item(1), item(2, to="p-2")])
    letter = taken(outbox, 0, new="one")
    assert letter is not None
    outbox.again(letter, at(5), "the mail server is away", arrived=False, everybody=True)
    assert taken(outbox, 4) is None  # nor p-2: it is the server that is away
    outbox.put(Seen(6, BEGIN.day), Seen(7, BEGIN.day), [item(3, due=4)])
    gathered = taken(outbox, 4, new="two")
    assert keys(gathered) == ["n-1", "n-3"]
    assert gathered is not None
    assert (gathered.id, gathered.tries) == ("two", 2)
    outbox.again(gathered, at(6), "it hung up", arrived=True, everybody=False)
    outbox.put(Seen(7, BEGIN.day), Seen(8, BEGIN.day), [item(4, due=6)])
    assert keys(taken(outbox, 5)) == ["n-2"]
    again = taken(outbox, 6, new="three")
    assert again is not None
    assert (again.id, keys(again)) == ("two", ["n-1", "n-3"])


def test_each_goes_to_a_program_alone_and_under_the_same_name(database: Database) -> None:
    outbox = filled(database, [item(1, to="hook-1"), item(2, to="hook-1")])
    letter = taken(outbox, 0, "hook", "one")
    assert len(keys(letter)) == 1
    assert letter is not None
    outbox.again(letter, at(5), "it answers 500", arrived=True, everybody=False)
    assert taken(outbox, 4, "hook") is None  # for the other one it would be no better
    names = [one.id for n in ("two", "three") if (one := taken(outbox, 5, "hook", n))]
    assert len(names) == 2
    assert "one" in names


def test_what_nobody_takes_for_days_is_given_up_and_told(database: Database) -> None:
    outbox = filled(database, [item(1), item(2, to="p-2"), item(3, to="p-3")])
    assert outbox.undelivered() == Undelivered(0, 0, "")
    for why, state in [("it is away", ""), ("no such address", "given-up")]:
        letter = taken(outbox, 0)
        assert letter is not None
        if state:
            outbox.sent(letter, at(0), state=state, why=why)
        else:
            outbox.again(letter, at(5), why, arrived=False, everybody=False)
    assert outbox.undelivered()[:2] == (1, 1)
    outbox.sweep(give_up=at(1), forget=at(0))
    assert outbox.undelivered()[:2] == (0, 3)
    assert taken(outbox, 60) is None
    outbox.sweep(give_up=at(1), forget=at(1))
    assert outbox.undelivered() == Undelivered(0, 0, "")


def test_what_failed_is_listed_tried_again_at_once_or_dropped_by_hand(database: Database) -> None:
    outbox = filled(database, [item(1), item(2, to="p-2"), item(3, to="p-3")])
    for name in ("one", "two"):
        letter = taken(outbox, 0, new=name)
        assert letter is not None
        outbox.again(letter, at(90), "it hung up", arrived=True, everybody=False)
    outbox.sweep(give_up=at(1), forget=at(0))
    assert [(one.key, one.tries, one.why, one.given_up) for one in outbox.failed(9)] == [
        ("n-1", 1, "it hung up", True),
        ("n-2", 1, "it hung up", True),
        ("n-3", 0, "", True),
    ]
    assert len(outbox.failed(2)) == 2
    assert outbox.try_again(Which("n-1", "p-2"), at(5)) == 0
    assert outbox.try_again(Which("n-1", "p-1"), at(5)) == 1
    letter = taken(outbox, 5)
    assert letter is not None
    assert (letter.id, letter.tries, keys(letter)) == ("one", 2, ["n-1"])
    assert outbox.drop(Which("n-2", "p-2")) == 1
    assert [one.key for one in outbox.failed(9)] == ["n-1", "n-3"]
    outbox.sent(letter, at(5))
    assert outbox.try_again(None, at(6)) == 1
    assert keys(taken(outbox, 6)) == ["n-3"]


def test_of_many_servers_at_once_each_letter_is_one_servers(database: Database) -> None:
    outbox = filled(database, [item(number, to=f"p-{number}") for number in range(24)])
    with ThreadPoolExecutor(4) as servers:
        letters = list(servers.map(lambda _: taken(outbox, 0), range(30)))
    assert sorted(one.recipient for one in letters if one) == sorted(f"p-{number}" for number in range(24))
