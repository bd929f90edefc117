#!/usr/bin/env python3
"""Writes knowledge/fit/prices.json: what hosts ask for a million tokens of a model.

From the packages `genai-prices` and `model-prices` (`pip install genai-prices model-prices`; both MIT), by their data, with no
network. A price is the one of an ordinary request: both packages raise it where one request holds very many tokens, so
that pricing a million tokens at once would give another figure. Left out: what is free or withdrawn, what is sold only
within a subscription, and entries without a name, which genai-prices keeps to price old bills.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import model_prices
from genai_prices import data, types

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from hilt.knowledge.fit import names  # noqa: E402 (hilt need not be installed where the packages are)

TARGET = ROOT / "src" / "hilt" / "knowledge" / "fit" / "prices.json"

NO_HOSTS = {"cursor", "github-copilot", "elevenlabs", "voyageai", "openai-decisions", "typesafe", "quicksilverpro"}
"""Subscriptions, models that write no text, and a reseller of other companies' models below their prices."""
LABS = {
    "anthropic": "anthropic",
    "arcee": "arcee",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "google": "google",
    "minimax": "minimax",
    "mistral": "mistral",
    "moonshotai": "moonshotai",
    "openai": "openai",
    "perplexity": "perplexity",
    "x-ai": "xai",
    "zai": "zai",
}
"""What genai-prices and model-prices call the same lab."""
SOLD_AS = {
    ("groq", "llama-3.1-8b-instant"): "llama-3.1-8b-instruct",
    ("groq", "llama-3.3-70b-versatile"): "llama-3.3-70b-instruct",
    ("openrouter", "meta-llama/llama-4-maverick"): "llama-4-maverick-17b-128e-instruct",
    ("openrouter", "meta-llama/llama-4-scout"): "llama-4-scout-17b-16e-instruct",
}
"""Names under which hosts sell an open model that has another name."""
REFERENCES = (
    ("small", "anthropic", "claude-haiku-5-5"),
    ("small", "openai", "gpt-6-luna"),
    ("large", "anthropic", "claude-opus-5-5"),
    ("large", "openai", "gpt-6.1-sol"),
)
"""The proprietary models with which every language model is compared."""


class Price(NamedTuple):
    """One row of the pack; `since` is the day from which the price holds, empty where the package states none."""

    key: str
    provider: str
    model: str
    input: float
    output: float
    cache: float | None
    since: str
    source: int


def main() -> None:
    today = datetime.now(UTC).date()
    of_genai = list(_of_genai(today))
    of_labs = {(price.provider, price.key): price for price in _of_labs()}
    dated = max(price.since for price in of_genai if price.since and price.since <= today.isoformat())
    prices = sorted({*(_newer(price, of_labs, today) for price in of_genai)})
    sources = [_source("genai-prices", dated), _source("model-prices", model_prices.data_as_of().date().isoformat())]
    offers: dict[str, list[list[Any]]] = {}
    for price in prices:
        offers.setdefault(price.key, []).append(list(price[1:]))
    references = [[kind, provider, names.key(model)] for kind, provider, model in REFERENCES]
    for _, provider, key in references:
        if not any(row[0] == provider for row in offers.get(key, [])):
            sys.exit(f"no price of {provider} for the reference model {key}")
    lines = [f'  "as_of": "{min(source["as_of"] for source in sources)}"', f'  "sources": {json.dumps(sources)}']
    lines.append(f'  "providers": {json.dumps(_providers({price.provider for price in prices}))}')
    lines.append(f'  "references": {json.dumps(references)}')
    rows = ",\n".join(f"    {json.dumps(key)}: {json.dumps(each)}" for key, each in offers.items())
    TARGET.write_text("{\n" + ",\n".join(lines) + ',\n  "offers": {\n' + rows + "\n  }\n}\n", encoding="utf-8")
    print(f"{len(prices)} prices of {len(offers)} models; {_disagreements(of_genai, of_labs)}")


def _source(package: str, as_of: str) -> dict[str, str]:
    holders = {"genai-prices": "Pydantic Services Inc.", "model-prices": "wakamex"}
    return {"package": f"{package} {version(package)}", "licence": "MIT", "copyright": holders[package], "as_of": as_of}


def _providers(used: set[str]) -> dict[str, str]:
    told = {provider.id: provider.name for provider in data.providers if provider.id in used}
    return {one: told[one].replace("HuggingFace (", "Hugging Face (") for one in sorted(told)}


def _of_genai(today: date) -> Iterator[Price]:
    for provider in data.providers:
        if provider.id in NO_HOSTS:
            continue
        for model in provider.models:
            if model.deprecated or model.name is None or model.id.endswith(":free"):
                continue
            for key in sorted({names.key(name) for name in _names(provider.id, model)} - {""}):
                for since, price in _dated(model.prices, today):
                    row = _row(key, provider.id, model.id, price, since)
                    if row is not None:
                        yield row


def _names(provider: str, model: types.ModelInfo) -> Iterator[str]:
    """What the host calls the model; other names only where they stand for exactly this one."""
    if (provider, model.id) in SOLD_AS:
        yield SOLD_AS[provider, model.id]
        return
    if provider == "aws":  # its ids are words of its own, such as meta.llama3-1-8b-instruct-v1:0
        yield str(model.name)
        return
    yield model.id


def _dated(prices: Any, today: date) -> Iterator[tuple[str, types.ModelPrice]]:
    """The price of today, and those already announced for a later day; where the time of day counts, the dearest."""
    if not isinstance(prices, list):
        yield "", prices
        return
    starts = {one.constraint.start_date for one in prices if isinstance(one.constraint, types.StartDateConstraint)}
    current = max((day for day in starts if day <= today), default=None)
    at_times = [one.prices for one in prices if isinstance(one.constraint, types.TimeOfDateConstraint)]
    for one in prices:
        start = one.constraint.start_date if isinstance(one.constraint, types.StartDateConstraint) else None
        if isinstance(one.constraint, types.TimeOfDateConstraint):
            continue
        if start == current:
            yield start.isoformat() if start else "", max([one.prices, *at_times], key=_output)
        elif start is not None and start > today:
            yield start.isoformat(), one.prices


def _output(price: types.ModelPrice) -> float:
    return _figure(price.output_mtok) or 0


def _figure(price: Any) -> float | None:
    """The price of an ordinary request."""
    told = price.base if isinstance(price, types.TieredPrices) else price
    return None if told is None else float(told)


def _row(key: str, provider: str, model: str, price: types.ModelPrice, since: str) -> Price | None:
    read, written = _figure(price.input_mtok), _figure(price.output_mtok)
    if not read or not written:
        return None
    return Price(key, provider, model, read, written, _figure(price.cache_read_mtok), since, 0)


def _of_labs() -> Iterator[Price]:
    for lab, of_package in LABS.items():
        for model in model_prices._data()["prices"].get(of_package, {}):  # noqa: SLF001 (there is no list of the models)
            told = model_prices.rates(model, provider=of_package)
            if told is not None and told.input and told.output:
                yield Price(
                    names.key(model), lab, model, told.input, told.output, told.cache_read, told.valid_from[:10], 1
                )


def _newer(price: Price, of_labs: dict[tuple[str, str], Price], today: date) -> Price:
    """For a lab's own model the price with the later date: model-prices dates every one of its prices."""
    lab = of_labs.get((price.provider, price.key))
    if lab is None or price.since > today.isoformat() or price.since > lab.since:
        return price
    return lab


def _disagreements(of_genai: list[Price], of_labs: dict[tuple[str, str], Price]) -> str:
    both = [(price, of_labs[price[1], price[0]]) for price in of_genai if (price[1], price[0]) in of_labs]
    apart = sum(one[3:5] != other[3:5] for one, other in both)
    return f"{len(both)} of labs in both packages, {apart} of them with other prices"


if __name__ == "__main__":
    main()
