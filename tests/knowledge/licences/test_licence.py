from __future__ import annotations

import re
from pathlib import Path

import pytest

from hilt.knowledge.licences.entry import FOLDER, EntryInvalid, entries, parse
from hilt.knowledge.licences.licence import Condition, Due, ids, licence
from hilt.policy.checker import check
from hilt.policy.kinds import evidence_kind
from hilt.policy.parser import parse as parse_condition
from hilt.policy.syntax import paths

EVIDENCE = evidence_kind(())
LEAST = """
name: Toy License
family: permissive
grants: [use]
open: no
eu_art53_2: no
read: K
source: nowhere
as_of: 2026-11-21
"""


@pytest.mark.parametrize("licence_id", ids())
def test_every_entry_loads_and_asks_for_nothing_but_the_profile(licence_id: str) -> None:
    entry = licence(licence_id)
    assert entry.id == licence_id
    assert entry.name
    for condition in filter(None, [one.needs for one in entry.conditions] + [one.when for one in entry.duties]):
        tree = parse_condition(condition)
        check(condition, tree, EVIDENCE)
        assert all(path.startswith("profile.") for path in paths(tree)), condition


def test_what_is_read_of_the_pack_is_what_its_entries_say() -> None:
    written = list(entries())
    assert len(written) == len(list(FOLDER.iterdir()))
    assert [licence(one.id) for one in written] == written, "run scripts/build_licence_index.py"
    assert ids() == tuple(sorted(one.id for one in written))


def test_a_licence_that_the_pack_does_not_hold_is_a_key_error() -> None:
    for name in ("no-such-licence", "../entries/mit", "mit.yaml", ""):
        with pytest.raises(KeyError):
            licence(name)


def test_what_an_entry_leaves_out_is_shared_or_empty() -> None:
    text = LEAST + "conditions: [commercial, {id: users, needs: profile.users <= 5, says: five at most}]\n"
    text += "duties: [licence-copy, {id: display, words: Built with Toy}]\nflows_down: all\n"
    entry = parse("toy", text)
    assert entry.conditions == (
        Condition(id="commercial", needs="!profile.commercial", says="no commercial use"),
        Condition(id="users", needs="profile.users <= 5", says="five at most"),
    )
    copy, display = entry.duties
    assert (copy.when, copy.says) == ("profile.distributes", "give a copy of the licence with it")
    assert display == Due(
        id="display",
        who="whoever passes it on, or offers a product or service with it",
        when="profile.distributes || profile.hosts_models",
        says="display these words",
        words="Built with Toy",
    )
    assert entry.flows_down == ("commercial", "users", "licence-copy", "display")
    assert (entry.hub, entry.outputs.rule, "sell" in entry.grants) == ((), "silent", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "toy: not YAML"),
        ("- a", "toy: the entry: keys are needed here"),
        (LEAST.replace("name: Toy License", ""), "toy: name: this key is missing"),
        (LEAST + "nmae: x", "toy: the entry: 'nmae' is none of"),
        (LEAST.replace("permissive", "kind"), "toy: family: 'kind' is none of"),
        (LEAST.replace("[use]", "[fly]"), "toy: grants: 'fly' is none of"),
        (LEAST.replace("[use]", "use"), "toy: grants: a list is needed here"),
        (LEAST.replace("open: no", "open: maybe"), "toy: open: 'maybe' is none of"),
        (LEAST + "conditions: [wings]", r"toy: conditions\[0\].id: 'wings' is none of"),
        (LEAST + "conditions: [users]", r"toy: conditions\[0\].says: this key is missing"),
        (LEAST + "duties: [notice]", r"toy: duties.notice: the words are missing"),
        (LEAST + "duties: [content-filter]", r"toy: duties\[0\].says: this key is missing"),
        (LEAST + "flows_down: [users]", "toy: flows_down: 'users' is none of"),
        (LEAST + "outputs: {rule: free}", "toy: outputs.rule: 'free' is none of"),
        (LEAST + "hub: [[a]]", "toy: hub: a text is needed here"),
    ],
)
def test_a_wrong_entry_says_what_is_wrong_and_where(text: str, message: str) -> None:
    with pytest.raises(EntryInvalid, match=message):
        parse("toy", text)


def test_the_example_of_contributing_is_an_entry() -> None:
    text = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(
        r"^```yaml src/hilt/knowledge/licences/entries/(\S+)\.yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    assert found is not None
    entry = parse(found[1], found[2])
    assert [one.id for one in entry.conditions] == ["users", "output-training"]
    assert entry.flows_down == ("users", "output-training", "licence-copy", "display")
