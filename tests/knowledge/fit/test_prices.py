"""The pack of prices: what it holds, and which of its offers are of the same model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hilt.knowledge.fit import prices

TODAY = "2026-11-21"
PACK = json.loads((Path(prices.__file__).parent / "prices.json").read_text(encoding="utf-8"))


def test_the_pack_names_its_sources_their_licence_and_their_day() -> None:
    assert len(prices.sources()) == 2
    assert all("MIT" in source and "as of 2026" in source for source in prices.sources())


def test_every_price_is_one_of_a_known_host_and_not_free() -> None:
    for key, rows in PACK["offers"].items():
        for host, model, read, written, cache, since, source in rows:
            assert host in PACK["providers"], key
            assert model, key
            assert 0 < read < 1000, key
            assert 0 < written < 2000, key
            assert cache is None or 0 <= cache < 1000, key
            assert since == "" or since[:2] == "20", key
            assert 0 <= source < len(PACK["sources"]), key


def test_offers_of_the_same_model_come_cheapest_first_and_one_of_each_host() -> None:
    offers = prices.same_model(["unsloth/Llama-3.1-8B-Instruct-GGUF"], 8_030_261_248, TODAY)
    assert 2 <= len(offers) <= 5
    assert [offer.blended for offer in offers] == sorted(offer.blended for offer in offers)
    assert len({offer.provider for offer in offers}) == len(offers)
    assert all(offer.same and offer.as_of for offer in offers)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Llama-3.1-8B-Instruct", 1_000_000),
        ("Qwen3-8B-Base", 8_190_000_000),
        ("./my-model", 8_000_000_000),
        ("", None),
    ],
)
def test_no_offer_rather_than_one_of_a_near_neighbour(name: str, parameters: int | None) -> None:
    assert prices.same_model([name], parameters, TODAY) == ()


@pytest.mark.parametrize(
    "name", ["gpt-4", "models/gpt-5.5", "o1", "claude-opus-5", "gemini-2.5-pro", "chatgpt-4o-latest"]
)
def test_files_that_are_called_like_a_proprietary_model_are_not_that_model(name: str) -> None:
    assert prices.same_model([name], None, TODAY) == ()
    assert prices.same_model(["gpt-oss-20b"], None, TODAY)


def test_the_first_name_that_is_known_decides() -> None:
    offers = prices.same_model(["./download", "openai/gpt-oss-120b", "Qwen/Qwen3-32B"], None, TODAY)
    assert {offer.model.rpartition("/")[2].removeprefix("openai.")[:12] for offer in offers} == {"gpt-oss-120b"}


def test_references_are_small_and_large_and_not_the_same_model() -> None:
    told = {offer.model: offer for offer in prices.references(TODAY)}
    assert not any(offer.same for offer in told.values())
    assert told["gpt-6-luna"].blended == pytest.approx(0.20)
    assert told["claude-opus-5-5"].blended == pytest.approx(8.00)


def test_a_price_that_is_announced_holds_from_its_day() -> None:
    """Gemini 4 Argon doubles on 2026-12-01."""
    rows = [row for row in PACK["offers"]["gemini-4-argon"] if row[0] == "google"]
    assert max(row[5] for row in rows) == "2026-12-01"
    now, later = (
        {offer.provider: offer.output for offer in prices._offers("gemini-4-argon", day, same=False)}
        for day in (TODAY, "2026-12-01")
    )
    assert (now["Google"], later["Google"]) == (10.0, 20.0)


def test_prices_of_long_requests_are_not_taken_for_ordinary_ones() -> None:
    """GPT-6 Luna asks twice as much where one request holds more than 272,000 tokens."""
    (row,) = (row for row in PACK["offers"]["gpt-6-luna"] if row[0] == "openai")
    assert row[2:4] == [0.10, 0.50]
