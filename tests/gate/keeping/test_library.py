from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest

from hilt.core.errors import ChangedWhileRead, NotHeld, NotServed, SourceError
from hilt.core.events import DecisionMade, HoldingBegun, VerdictGiven
from hilt.core.library import Repository
from hilt.gate import withdraw
from hilt.gate.record import opened
from hub_server import Asked, File, Reply
from library_office import CARD, HONEST, LICENCE, NAME, Shop, safetensors, shop
from office import KNOWN_ROAD, UNKNOWN_CALL, USE

WEIGHTS = safetensors()


def kinds(at: Shop, subject: str) -> list[str]:
    with opened(at.office.settings) as record:
        return [one.event.kind for one in record.history(subject)]


def whole(at: Shop, path: str, **more: str) -> bytes:
    """A file as somebody downloads it who waits for all of it."""
    offer = at.offer(**more)
    file = offer.kept.file(path)
    assert file is not None
    found = at.library.open(offer, file, at.reader(**more))
    place = found if isinstance(found, Path) else found.wait(60)
    assert place is not None
    return place.read_bytes()


def test_what_the_policy_admits_is_admitted_by_whoever_downloads_it(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        assert whole(at, "model.safetensors") == WEIGHTS
        assert whole(at, "README.md") == CARD
        kept = at.read()
        assert kinds(at, kept.subject.digest) == ["verdict", "decision", "holding"]
        with opened(at.office.settings) as record:
            verdict, decision, holding = record.history(kept.subject.digest)
            eve = record.person("Eve").person
    assert isinstance(verdict.event, VerdictGiven)
    assert (verdict.event.reference, verdict.event.revision) == ("hf:org/name", kept.commit)
    assert isinstance(decision.event, DecisionMade)
    assert isinstance(holding.event, HoldingBegun)
    assert (decision.by, holding.by, holding.event.use) == (eve, eve, USE)


def test_the_digest_of_a_subject_is_that_of_the_same_files_in_a_folder(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        folder = tmp_path / "copy"
        folder.mkdir()
        for path, data in {"README.md": CARD, "LICENSE": LICENCE, "model.safetensors": WEIGHTS}.items():
            (folder / path).write_bytes(data)
        assert at.office.told("check", folder)["verdicts"][0]["report"]["subject"]["digest"] == at.read().subject.digest


def test_however_many_ask_it_is_read_and_fetched_once(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        got: list[bytes] = []
        threads = [threading.Thread(target=lambda: got.append(whole(at, "model.safetensors"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == [WEIGHTS] * 8
        fetched = [one for one in at.hub.asked if one.path.endswith("model.safetensors") and one.span is None]
        assert len(fetched) == 1
        assert sum("/tree/" in one.path for one in at.hub.asked) == 1


def test_what_can_run_code_is_blocked_before_a_byte_of_it_goes_out(tmp_path: Path) -> None:
    with shop(tmp_path, {"README.md": CARD, "model.pkl": File.of(KNOWN_ROAD, large=True)}) as at:
        kept = at.read()
        with pytest.raises(NotServed) as refused:
            at.library.offer(kept, at.reader())
        assert not refused.value.recalled
        assert "hilt blocks org/name" in str(refused.value)
        assert "model.pkl: loading this file runs commands" in str(refused.value)
        assert refused.value.link == f"/models/{kept.subject.digest}"
        assert kinds(at, kept.subject.digest) == ["verdict"]


def test_what_waits_for_people_says_so_with_its_case(tmp_path: Path) -> None:
    with shop(tmp_path, {"README.md": CARD, "LICENSE": LICENCE, "model.pkl": UNKNOWN_CALL}) as at:
        kept = at.read()
        name = f"sha256:{kept.subject.digest}"
        with pytest.raises(NotServed, match="waits for review"):
            at.library.offer(kept, at.reader())
        assert at.office.run("admit", name, "--use", USE, "--why", "we need it", by="Eve").code == 10
        with pytest.raises(NotServed, match=r"case \d+ of org/name waits for people") as waiting:
            at.library.offer(kept, at.reader())
        assert waiting.value.link.startswith("/cases/")
        answer = "--answer", "calls-are-known=it rebuilds a layer"
        assert at.office.run("admit", name, "--use", USE, "--why", "looked at it", *answer, by="Otto").code == 0
        assert at.library.offer(kept, at.reader()).kept == kept
        with pytest.raises(NotServed):  # another use is another question
            at.library.offer(kept, at.reader(use="medical advice"))


def test_what_was_withdrawn_is_recalled_with_the_reason(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = at.offer().kept
        name = f"sha256:{kept.subject.digest}"
        withdraw.withdraw(name, why="it leaks letters", key=at.office.key("Otto"), settings=at.office.settings)
        with pytest.raises(NotServed, match=r"was withdrawn on .*: it leaks letters") as refused:
            at.library.offer(kept, at.reader())
        assert refused.value.recalled


def test_conditions_are_told_with_what_is_handed_out(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        name = f"sha256:{at.read().subject.digest}"
        said = "--why", "fine", "--conditions", "not for children", "--until", "2099-01-31"
        assert at.office.run("admit", name, "--use", USE, *said, by="Eve").code == 0
        assert at.offer().warning == f"Admitted for {USE!r} until 2099-01-31, on condition: not for children"


def test_a_reader_whom_nobody_knows_has_what_somebody_admitted(tmp_path: Path) -> None:
    with shop(tmp_path, more=f"  anonymous: {USE!r}\n") as at:
        from hilt.gate.keeping.reader import reader_of

        anybody = reader_of("", at.office.settings)
        assert anybody is not None
        with pytest.raises(NotServed, match="Nobody has admitted it for this use"):
            at.library.offer(at.read(), anybody)
        at.offer()
        offer = at.library.offer(at.read(), anybody)
        file = offer.kept.files[0]
        assert isinstance(at.library.open(offer, file, anybody), Path)
        assert kinds(at, offer.kept.subject.digest) == ["verdict", "decision"]


def test_a_stricter_policy_closes_the_door_at_once(tmp_path: Path) -> None:
    from office import POLICY

    with shop(tmp_path) as at:
        at.offer()
        at.office.policy(POLICY + '  no-weights: {require: "subject.files < 2", else: block}\n')
        with pytest.raises(NotServed, match="no-weights"):
            at.offer()


@pytest.mark.parametrize(
    ("repository", "revision", "what"),
    [(Repository("models", "org/none"), "main", "repository"), (NAME, "none", "revision")],
)
def test_what_no_upstream_has_is_not_held(tmp_path: Path, repository: Repository, revision: str, what: str) -> None:
    with shop(tmp_path) as at:
        with pytest.raises(NotHeld) as missing:
            at.read(revision, repository)
        assert missing.value.what == what


def test_a_file_that_is_other_than_the_check_was_given_is_never_whole(tmp_path: Path) -> None:
    evil = WEIGHTS[:-4096] + bytes(4096)

    def twist(asked: Asked, reply: Reply) -> Reply:
        lies = asked.path.endswith(".safetensors") and (asked.span is None or asked.span[1] is None)
        return Reply(200, reply.headers, evil) if lies else reply

    with shop(tmp_path) as at:
        at.hub.twist = twist
        offer = at.offer()
        file = offer.kept.file("model.safetensors")
        assert file is not None
        coming = at.library.open(offer, file, at.reader())
        assert not isinstance(coming, Path)
        with pytest.raises(SourceError, match="nothing of them is kept"):
            coming.wait(60)
        assert coming.released <= file.size - (1 << 20)


def test_a_commit_that_lists_other_files_than_before_is_refused(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        at.read()
        commit = at.read().commit
        at.hub.repositories["models/org/name"].files["more.json"] = File.of(b"{}")
        settings = at.office.settings
        from hilt.gate.keeping.library import Library

        with Library(settings, "http://hilt.example") as again:
            kept = again.begin(NAME, commit).result(60)
            assert kept.file("more.json") is None  # what was kept stands
            offer = again.offer(kept, at.reader())
            weights = kept.file("model.safetensors")
            assert weights is not None
            with pytest.raises(ChangedWhileRead, match="a commit never changes"):
                again.open(offer, weights, at.reader())


@pytest.mark.slow
def test_a_library_that_begins_anew_hands_out_what_it_has_without_asking(tmp_path: Path) -> None:
    from hilt.gate.keeping.library import Library

    with shop(tmp_path) as at:
        whole(at, "model.safetensors")
        commit = at.read().commit
        at.hub.close()
        with Library(at.office.settings, "http://hilt.example") as again:
            for revision in (commit, "main"):
                offer = again.offer(again.begin(NAME, revision).result(60), at.reader())
                file = offer.kept.file("model.safetensors")
                assert file is not None
                found = again.open(offer, file, at.reader())
                assert isinstance(found, Path)
                assert hashlib.sha256(found.read_bytes()).hexdigest() == file.sha256
            with pytest.raises(SourceError):
                again.begin(Repository("models", "org/other"), "main").result(60)


def test_what_an_honest_library_keeps_can_be_read_without_hilt(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        whole(at, "model.safetensors")
        kept = at.read()
    folder = next(tmp_path.rglob("0=hilt_library_1")).parent
    listed = (folder / "models" / "org" / "name" / kept.commit / "manifest-sha256.txt").read_text().splitlines()
    assert len(listed) == len(HONEST)
    for line in listed:
        digest, _, _ = line.partition("  ")
        assert hashlib.sha256((folder / "blobs" / "sha256" / digest[:2] / digest).read_bytes()).hexdigest() == digest


def test_bytes_that_came_with_another_repository_do_not_stand_for_what_the_check_was_given(tmp_path: Path) -> None:
    """One upstream states the digest of bytes that lie here already, and gives the check others to read."""
    evil = b"\x08" * 8 + WEIGHTS[8:]
    other = Repository("models", "org/other")

    def twist(asked: Asked, reply: Reply) -> Reply:
        file = at.hub.repositories["models/org/name"].files["model.safetensors"]
        if "/org/name/resolve/" not in asked.path or not asked.path.endswith(".safetensors") or asked.span is None:
            return reply
        start, end = asked.span[0], min(asked.span[1] or file.content.size, file.content.size)
        return Reply(206, reply.headers, WEIGHTS[start:end])

    with shop(tmp_path, {**HONEST, "model.safetensors": File.of(evil, large=True)}) as at:
        from hub_server import Repository as Served

        at.hub.twist = twist
        loose = File.of(evil, large=True)
        at.hub.repositories["models/org/other"] = Served({"README.md": File.of(CARD), "weights.bin": loose})
        offer = at.offer()
        at.library.begin(other, "main").result(60)  # comes whole, for nobody knows what a .bin is
        file = offer.kept.file("model.safetensors")
        assert file is not None
        assert at.library._blobs.has(file.sha256, file.size)
        with pytest.raises(ChangedWhileRead):
            at.library.open(offer, file, at.reader())


def test_a_verdict_that_changed_when_bytes_are_fetched_later_counts_before_a_byte_goes_out(tmp_path: Path) -> None:
    """The check was shown honest ranges of what is no weights at all, and the server was started anew since."""
    from hilt.gate.keeping.library import Library

    evil = b"cposix\nsystem\n(S'echo hilt'\ntR.".ljust(len(WEIGHTS), b"\0")
    lies = [True]

    def twist(asked: Asked, reply: Reply) -> Reply:
        if lies[0] and asked.path.endswith("model.safetensors") and asked.span:
            start, end = asked.span
            return Reply(206, reply.headers, WEIGHTS[start:end])
        return reply

    with shop(tmp_path, {**HONEST, "model.safetensors": File.of(evil, large=True)}) as at:
        at.hub.twist = twist
        offer = at.offer()
        lies[0] = False
        file = offer.kept.file("model.safetensors")
        assert file is not None
        with Library(at.office.settings, "http://hilt.example") as again:
            offer = again.offer(again.begin(NAME, "main").result(60), at.reader())
            with pytest.raises(NotServed, match="runs commands"):
                again.open(offer, file, at.reader())


def test_what_a_lying_upstream_says_of_somebody_elses_bytes_is_not_put_on_their_record(tmp_path: Path) -> None:
    from hub_server import Repository as Served

    shown = b"cposix\nsystem\n(S'echo hilt'\ntR.".ljust(len(WEIGHTS), b"\0")

    def twist(asked: Asked, reply: Reply) -> Reply:
        if "/evil/m/resolve/" in asked.path and asked.path.endswith("model.safetensors"):
            start, end = asked.span or (0, len(shown))
            return Reply(206 if asked.span else 200, reply.headers, shown[start:end])
        return reply

    evil = Repository("models", "evil/m")
    with shop(tmp_path) as at:
        at.hub.twist = twist
        at.hub.repositories["models/evil/m"] = Served({**at.hub.repositories["models/org/name"].files})
        digest = at.offer().kept.subject.digest
        with pytest.raises(SourceError):
            at.library.begin(evil, "main").result(60)
        assert kinds(at, digest) == ["verdict", "decision"]
        at.hub.repositories["models/evil/m"].files["../../evil"] = File.of(b"x")
        at.hub.repositories["models/evil/m"].commit = "f" * 40
        at.hub.repositories["models/evil/m"].refs = ("other",)
        with pytest.raises(SourceError, match="cannot be handed out as it is"):
            at.library.begin(evil, "other").result(60)
        assert kinds(at, digest) == ["verdict", "decision"]
        assert at.offer().kept.subject.digest == digest


def test_a_refusal_for_one_use_ends_what_downloads_admit_for_others(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        name = f"sha256:{at.read().subject.digest}"
        assert at.office.run("refuse", name, "--use", USE, "--why", "no", by="Otto").code == 20
        with pytest.raises(NotServed):
            at.offer(use=USE.replace(",", ""))


def test_whoever_downloads_again_after_a_holding_ended_has_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hilt.gate import hold
    from hilt.gate.keeping import downloads

    monkeypatch.setattr(downloads, "FRESH", 0.0)
    with shop(tmp_path) as at:
        assert whole(at, "README.md") == CARD
        (held,) = hold.holdings(settings=at.office.settings)
        hold.end(held.entry.index, key=at.office.key("Eve"), settings=at.office.settings)
        assert hold.holdings(settings=at.office.settings) == []
        assert whole(at, "README.md") == CARD
        assert len(hold.holdings(settings=at.office.settings)) == 1


def test_a_use_that_is_spelled_like_a_digest_opens_nothing(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = at.read()
        weights = kept.file("model.safetensors")
        assert weights is not None
        whole(at, "README.md", use=weights.sha256)
        assert not at.library._is_proven(kept, weights)


def test_a_name_that_nobody_has_is_not_asked_for_again_at_once(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        for _ in range(3):
            with pytest.raises(NotHeld):
                at.read("main", Repository("models", "org/none"))
        assert sum("org/none" in one.path for one in at.hub.asked) == 1


def test_honest_bytes_under_another_name_are_judged_without_fetching_them_whole(tmp_path: Path) -> None:
    from hub_server import Repository as Served

    with shop(tmp_path) as at:
        at.offer()
        at.hub.repositories["models/org/copy"] = Served(
            {**at.hub.repositories["models/org/name"].files}, commit="a" * 40
        )
        at.read("main", Repository("models", "org/copy"))
        asked = [one for one in at.hub.asked if "/org/copy/resolve/" in one.path and one.path.endswith(".safetensors")]
        assert all(one.span is not None and one.span[1] is not None for one in asked)


def test_what_an_upstream_does_not_give_is_refused_in_its_words_and_is_no_trouble_of_ours(tmp_path: Path) -> None:
    """Another hilt that blocks it, a gated model: a verdict of somebody else is one all the same."""
    with shop(tmp_path) as at:
        said = {"X-Error-Code": "GatedRepo", "X-Error-Message": "hilt blocks org/name: it calls os.system"}
        at.hub.twist = lambda _, __: Reply(403, said, b"{}")
        with pytest.raises(NotServed, match=r"hub does not hand out models/org/name: .*it calls os\.system"):
            at.read()


def test_what_was_kept_is_handed_out_though_its_upstream_closed(tmp_path: Path) -> None:
    with shop(tmp_path, more="  refs_seconds: 0\n") as at:
        assert whole(at, "model.safetensors") == WEIGHTS
        at.hub.twist = lambda _, __: Reply(403, {"X-Error-Code": "GatedRepo"}, b"{}")
        assert whole(at, "model.safetensors") == WEIGHTS


def test_what_is_admitted_while_room_is_made_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop(tmp_path, more="  bytes: 0\n") as at:
        kept = at.read()
        before = at.library._revisions.kept_digests

        def and_then_somebody_downloads() -> frozenset[str]:
            digests = before()
            monkeypatch.undo()
            assert whole(at, "README.md") == CARD
            return digests

        monkeypatch.setattr(at.library._revisions, "kept_digests", and_then_somebody_downloads)
        at.library._evict()
        card = kept.file("README.md")
        assert card is not None
        assert at.library._blobs.has(card.sha256, card.size)


def test_one_revision_leaves_room_for_others_to_be_fetched(tmp_path: Path) -> None:
    from hilt.gate.keeping.coming.inspecting import SHARE

    files = {f"{number}.json": b"{}" + b" " * number for number in range(3 * SHARE)}
    with shop(tmp_path, {**HONEST, **files}) as at:
        most, begin = [0], at.library._fetches.begin

        def counted(*arguments: Any, **more: Any) -> Any:
            found = begin(*arguments, **more)
            most[0] = max(most[0], len(at.library._fetches.under_way()))
            return found

        at.library._fetches.begin = counted  # type: ignore[method-assign]
        at.read()
        assert 1 < most[0] <= SHARE
