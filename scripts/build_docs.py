"""Writes the pages of docs/ that are made from lists: checks, facts, formats, licences, laws, outputs, bills of materials and limits.

Run it after a change to one of those lists (`make docs`). With --check it writes nothing and fails where a page is not
current.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from aibom_page import page as aibom

from hilt.checks import CHECKS
from hilt.checks.line import ANY, Check
from hilt.checks.run import SCHEMA
from hilt.core import limits
from hilt.formats import READERS
from hilt.formats.reader import Reader
from hilt.gate import licences
from hilt.knowledge.licences import standard
from hilt.knowledge.licences.licence import PACK_DATE
from hilt.knowledge.regulation import frameworks
from hilt.knowledge.regulation.rules import READ, rules
from hilt.output import OUTPUTS
from hilt.output.form import NOT_ADVICE

DOCS = Path(__file__).parents[1] / "docs"
MADE = "<!-- Made by scripts/build_docs.py; change the list it is made from, then run `make docs`. -->\n"
HEADINGS = ("What", "Why", "What it cannot see", "Fix")


def pages() -> dict[str, str]:
    """Every page by its path below docs/."""
    made = {f"checks/{check.id}.md": _check(check) for check in CHECKS}
    made |= {
        "checks/README.md": _checks(),
        "facts.md": _facts(),
        "formats.md": _formats(),
        "licences.md": _licences(),
        "laws.md": _laws(),
        "outputs.md": _outputs(),
        "aibom.md": aibom(),
        "limits.md": _limits(),
    }
    return {path: text.rstrip("\n") + "\n\n" + MADE for path, text in made.items()}


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(headings) + " |"
    yield "|" + "---|" * len(headings)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _check(check: Check) -> str:
    reads = ", ".join(f"`{format_id}`" for format_id in check.reads)
    reads = "every file" if check.reads == ANY else reads or "the whole repository"
    reads += ", every byte of it, where `--search-bytes` asks for that" if check.searches else ""
    lines = [f"# {check.id}", "", check.title, "", f"- Worst severity: {check.severity.word}", f"- Reads: {reads}"]
    if check.facts:
        facts = ", ".join(f"[`{spec.key}`](../facts.md)" for spec in check.facts)
        lines.append(f"- States: {facts}")
    for heading in HEADINGS:
        lines += ["", f"## {heading}", "", _sentence(check.paragraph(heading))]
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _checks() -> str:
    lines = ["# Checks", "", "What hilt looks for, in the order of a report. `hilt explain ID` tells the same."]
    for family in dict.fromkeys(check.family for check in CHECKS):
        rows = (
            (f"[{check.id}]({check.id}.md)", check.severity.word, check.title)
            for check in CHECKS
            if check.family == family
        )
        lines += ["", f"## {family}", "", *_table(("check", "at worst", "what it names"), rows)]
    return "\n".join(lines)


def _facts() -> str:
    about = "What checks state about a subject, and what [policies](policy.md) ask for by name."
    rows = ((f"`{spec.key}`", spec.type.__name__.replace("tuple", "list"), spec.about) for spec in SCHEMA)
    return "\n".join(["# Facts", "", about, "", *_table(("fact", "type", "what it says"), rows)])


def _formats() -> str:
    about = "What hilt reads. The bytes decide; the names only order the tries, and a name that lies is a finding."
    rows = (
        (f"[{reader.id}](#{reader.id})", reader.title, " ".join(f"`{name}`" for name in reader.names))
        for reader in READERS
    )
    told = (
        "What the format can do to whoever loads it, by its own specification and its loaders; what hilt cannot see in "
        "it; and the checks that look at it, besides those of every file and of the repository as a whole. "
        "`hilt explain FORMAT` tells the same."
    )
    read = _table(("id", "format", "usual names"), rows)
    return "\n".join(
        ["# Formats", "", about, "", *read, "", "## What can bite", "", told, *chain(*map(_bites, READERS))]
    )


def _bites(reader: Reader) -> Iterator[str]:
    yield from ("", f"### {reader.id}", "")
    for heading in ("What can bite", "What hilt cannot see"):
        yield f"- **{heading}**: {reader.paragraph(heading)}"
    if checks := [f"[{check.id}](checks/{check.id}.md)" for check in CHECKS if reader.id in check.reads]:
        yield f"- **Checks**: {', '.join(checks)}"


LICENCE_PLACES = """
The licence of a subject is looked for in these places, of the root and of each folder with weights of its own; every one is a
claim, told with where it stands, and those that disagree are a finding:

- texts of licences, by their words, and whatever is called a licence
- REUSE: texts in `LICENSES/`, which are also held against the ids in their names; of what each is, `REUSE.toml` or `.reuse/dep5`
  tells, and where neither tells it of the weights all of them are taken to hold at once
- headers of GGUF, safetensors, ONNX and Core ML files
- the front matter of cards, and what the hub asks consent to
- packages: Python (`METADATA`, `pyproject.toml`), npm, conda, Debian, R; citations (`CITATION.cff`)
- configs with a field for it
- plain sentences of cards, READMEs, descriptions and notices
"""


def _licences() -> str:
    about = (
        "What hilt knows of licences of models, data and packages: one file each in "
        "`src/hilt/knowledge/licences/entries/`. `hilt explain LICENCE` tells all of one, `hilt licences --json` all of "
        f"all. {licences.NOT_ADVICE} As of {PACK_DATE}."
    )
    rows = (
        (f"`{row.id}`", row.name, row.family, row.depends_on, row.asks, row.open, row.read, row.as_of)
        for row in licences.rows()
    )
    heads = ("id", "name", "kind", "it depends on", "what one takes on", "open", "read", "as of")
    words = (("kind", standard.FAMILIES), ("open", standard.OPEN), ("read", _read()))
    meanings = ((column, word, told) for column, known in words for word, told in known.items())
    explained = _table(("column", "word", "meaning"), meanings)
    where = ["## Where a licence is looked for", LICENCE_PLACES]
    meaning = ["## What the words mean", "", *explained]
    return "\n".join(["# Licences", "", about, "", *_table(heads, rows), "", *where, *meaning])


def _read() -> dict[str, str]:
    return {short: standard.READ[letter] for letter, short in licences.READ_IN_SHORT.items()}


READING = """
Text and page are told in the same order. Under the verdict stand two columns, side by side from 100 columns of a terminal
on, and on a screen or on paper that is wide enough:

- **What you gain**: what the model is, under which licence, what you may do with it and whether on terms that you meet, how
  open it is and what it lacks for the next class, whether it loads without running code. Behind each stands how it is known.
- **What you take on**: first what speaks against it, then what nobody can tell, then what is to be done, then what is worth
  knowing, and last what is done already.

| label | what it says |
|---|---|
| `code`, `critical` ... `info` | what was found; the places stand below |
| `not met` | a term of a licence that your organisation does not meet, and why |
| `open terms`, `open laws` | terms and rules of law of which it cannot be told; a profile in your settings decides most of them |
| `to read` | terms that no profile decides, such as limits of use: settings can say that they are kept |
| `not checked`, `nobody knows` | what hilt did not look at, and what no file says |
| `to do` | what licences ask of you, and is not done yet |
| `law` | a duty under law that is yours and not the publisher's |
| `asked` | what licences ask of whoever passes it on or changes it, where your settings do not say whether you do |
| `done` | what the files or your settings show to be done |

Below follow the rules that did not pass, the findings with their places, the checklist with the words that are to be carried
or displayed, the terms, the answers of laws with article and the day on which they were read, and what was not checked.
Licences and laws are told as data; none of it is legal advice, and a report that tells of them says so once.

Two more forms are for other programs: SARIF for code scanning, and [bills of materials](aibom.md) for whoever asks what is in a
model.

JSON holds all of it: `terms`, `duties` and `answers` of each verdict. SARIF holds the findings; those of rights, openness
and regulation have no rank of danger.
"""


def _laws() -> str:
    about = (
        "The rules that hilt holds a model against, from `src/hilt/knowledge/regulation/rules.yaml`; `hilt regulations` lists "
        f"them, with `--json` as they are decided. [regulation.md](regulation.md) explains them. {NOT_ADVICE}"
    )
    lines = [
        "# Laws and frameworks",
        "",
        about,
    ]
    for law in dict.fromkeys(rule.law for rule in rules()):
        lines += ["", f"## {law}"]
        for rule in (rule for rule in rules() if rule.law == law):
            until = f" until {rule.until}" if rule.until else ""
            lines += ["", f"### {rule.id}", "", f"{_sentence(rule.title)}. {rule.says}", ""]
            lines.append(f"- **Where**: {rule.article}; from {rule.since}{until}; the duty of: {rule.whose}")
            for heading, ids in (("Only where", rule.needs), ("Not where", rule.unless)):
                lines += [f"- **{heading}**: {', '.join(f'[{one}](#{one})' for one in ids)}"] if ids else []
            lines += [f"- **Yes where**: `{rule.yes}`", f"- **No where**: `{rule.no}`"]
            lines.append(f"- **How it was read**: {READ[rule.read]}, {rule.as_of}: {rule.source}")
    return "\n".join([*lines, *_frameworks()])


def _frameworks() -> Iterator[str]:
    about = (
        f"Actions of {frameworks.NIST} (July 2024; read in the published text, shortened here) and controls of annex A of "
        f"{frameworks.ISO}:2023 (titles only, from secondary sources; the standard is not public), as of {frameworks.AS_OF}. "
        "They say where the findings of a check belong as evidence, not that whoever runs hilt has done what they ask."
    )
    rows = (
        (one, what, "; ".join(_speaking(one)))
        for one, what in (*frameworks.ACTIONS.items(), *frameworks.CONTROLS.items())
    )
    yield from ("", "## What checks are evidence for", "", about, "")
    yield from _table(("action or control", "what it asks", "checks"), rows)


def _speaking(one: str) -> Iterator[str]:
    """The checks that speak to an action or control; of a family that mostly does, those that do not."""
    for family in dict.fromkeys(check.family for check in CHECKS):
        of_family = [check.id for check in CHECKS if check.family == family]
        speaking = [check_id for check_id in of_family if one in frameworks.of_check(check_id, family)]
        silent = ", ".join(check_id for check_id in of_family if check_id not in speaking)
        if 2 * len(speaking) > len(of_family):
            yield f"[{family}](checks/README.md#{family})" + (f" but {silent}" if silent else "")
        elif speaking:
            yield ", ".join(f"[{check_id}](checks/{check_id}.md)" for check_id in speaking)


def _outputs() -> str:
    about = "How a verdict is told: `hilt check REF --output NAME[:FILE]`, as often as you like."
    rows = ((f"`{output.name}`", output.title, output.media_type) for output in OUTPUTS)
    table = _table(("name", "what it is", "media type"), rows)
    return "\n".join(["# Outputs", "", about, "", *table, "", "## How to read a report", "", READING.strip()])


def _limits() -> str:
    about = "The bounds of one check. Past a bound nothing is read, and that it was reached stands in the report."
    rows = []
    tree = ast.parse(inspect.getsource(limits.Limits))
    for field, text in zip(tree.body[0].body, tree.body[0].body[1:], strict=False):  # type: ignore[attr-defined]
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            default = ast.unparse(field.value or text).replace("_", "")
            default = f"{int(default):,}" if default.isdigit() else default
            for written, shown in ((" * KIB", " KiB"), (" * MIB", " MiB"), (" * GIB", " GiB")):
                default = default.replace(written, shown)
            rows.append((f"`{ast.unparse(field.target)}`", default, " ".join(str(text.value.value).split())))
    return "\n".join(["# Limits", "", about, "", *_table(("limit", "default", "of what"), rows)])


def main(arguments: Sequence[str], docs: Path = DOCS) -> int:
    """Writes the pages; with --check, names those that are not current and returns 1."""
    made = pages()
    gone = [path for path in (docs / "checks").glob("*.md") if f"checks/{path.name}" not in made]
    stale = [docs / path for path, text in made.items() if not _holds(docs / path, text)]
    if "--check" in arguments:
        for path in [*stale, *gone]:
            print(f"{path} is not current: run `make docs`", file=sys.stderr)
        return 1 if stale or gone else 0
    for path in gone:
        path.unlink()
    for path, text in made.items():
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        (docs / path).write_text(text, encoding="utf-8")
    return 0


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
