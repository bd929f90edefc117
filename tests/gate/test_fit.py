"""`hilt.fit`: where a model runs, of a reference or a stored report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import hilt
from hilt.core.errors import NothingToCheck, UsageError
from hilt.core.report_v1 import dump_report, dump_verdicts, load_verdicts
from hilt.core.running import Fits, Machine
from hilt.gate.fit import as_data, fit
from hilt.gate.judge import judge
from hilt.gate.settings import Settings
from hilt.knowledge.fit.asked import running_of
from language_models import LLAMA_8B, reported, variant

TODAY = "2026-11-21"
GB = 10**9
H100 = Machine("our H100", 80 << 30, 3350e9, 2.50, "a contract", "2026-11-01")


def test_what_fits_a_card_and_what_does_not() -> None:
    told = fit(reported(), machine="rtx 4090")
    (row, *estimates) = told.rows
    assert [(at.context, at.fits) for at in row.at] == [
        (4096, Fits.YES),
        (32768, Fits.YES),
        (131072, Fits.NO),
    ]
    assert 32768 < (row.largest_context or 0) < 131072
    assert {one.name.partition(",")[0] for one in estimates} >= {"Q4_K_M", "Q8_0", "F16"}
    assert all(one.estimate and one.engine == "llama.cpp" for one in estimates)
    assert told.running.fits is Fits.YES


def test_the_largest_context_is_the_last_that_fits() -> None:
    told = fit(reported(), memory="20GB", machine="rtx 4090")
    most = told.rows[0].largest_context or 0
    fits, beyond = (
        fit(reported(), memory="20GB", machine="rtx 4090", context=one).rows[0].at[0].fits for one in (most, most + 1)
    )
    assert (fits, beyond) == (Fits.YES, Fits.NO)


def test_tight_is_where_what_is_touched_fits_and_what_is_reserved_does_not() -> None:
    report = reported(variants=(variant("model-Q8_0.gguf", 8 * GB, "gguf", dtype="Q8_0"),))
    needs = fit(report, machine="rtx 4090", context=4096, engine="llama-cpp-python").running.memory
    assert needs is not None
    assert needs.resident < needs.reserved
    told = fit(report, machine="rtx 4090", context=4096, engine="llama-cpp-python", memory=needs.resident)
    assert told.rows[0].at[0].fits is Fits.TIGHT


def test_the_largest_set_that_fits_is_told_of() -> None:
    sets = tuple(
        variant(f"model-{name}.gguf", size * GB, "gguf", dtype=name)
        for name, size in (("Q8_0", 9), ("Q4_K", 5), ("Q2_K", 3))
    )
    assert fit(reported(variants=sets), memory="8GB").chosen == "model-Q4_K.gguf"
    assert fit(reported(variants=sets), memory="1GB").chosen == "model-Q2_K.gguf"
    assert fit(reported(variants=sets), memory="1GB").elsewhere is not None


def test_where_nothing_fits_the_largest_quantisation_that_would_is_priced() -> None:
    told = fit(reported(), machine=H100._replace(memory=8 * GB))
    assert told.running.fits is Fits.NO
    assert told.instead is not None
    name, instead = told.instead
    assert name == "Q6_K, estimated"
    assert instead.fits is Fits.YES
    assert instead.costs
    assert fit(reported(), machine=H100).instead is None
    assert fit(reported(), machine=H100._replace(memory=GB)).instead is None


def test_quantisations_that_are_there_are_not_estimated_again() -> None:
    sets = (variant("model-Q4_K_M.gguf", 5 * GB, "gguf"),)
    estimated = {row.name for row in fit(reported(variants=sets)).rows if row.estimate}
    assert estimated
    assert not any(name.startswith("Q4_K_M") for name in estimated)


def test_cost_falls_with_use_and_breaks_even_where_the_machine_can_write_as_much() -> None:
    running = fit(reported(), machine=H100).running
    dollars = [cost.low for cost in running.costs]
    assert len(dollars) >= 12
    assert dollars == sorted(dollars, reverse=True)
    assert 100 < (running.speed or (0, 0))[0] < (running.speed or (0, 0))[1] < 200
    even = {one.offer.model: one.tokens_a_day for one in running.break_even}
    assert even["gpt-6-luna"] == pytest.approx(300e6)
    assert even["claude-opus-5-5"] == pytest.approx(7.5e6)
    same = [one for one in running.break_even if one.offer.same]
    assert same[0].tokens_a_day is None
    assert any("32 sequences at once" in why for why in running.why)


def test_half_a_price_is_no_price() -> None:
    for machine in (H100._replace(price=None), H100._replace(bandwidth=None)):
        running = fit(reported(), machine=machine).running
        assert (running.costs, running.break_even) == ((), ())
        assert running.offers
        assert any(why.startswith("cost cannot be told") for why in running.why)


def test_old_prices_are_said_with_their_date() -> None:
    old = running_of(reported(), H100, "2027-03-01")
    new = running_of(reported(), H100, TODAY)
    assert old is not None
    assert new is not None
    assert any(why.startswith(f"prices of hosts as of {old.prices_of}, ") for why in old.why)
    assert any(why.startswith("price of our H100 as of 2026-11-01, 120 days ago") for why in old.why)
    assert not any("days ago" in why for why in new.why)


def test_of_models_that_write_nothing_memory_is_told_and_no_cost() -> None:
    told = fit(reported(model__generates=("embedding",)), machine=H100)
    assert told.running.memory is not None
    assert (told.running.costs, told.running.offers, told.running.speed) == ((), (), None)
    assert not any(row.estimate for row in told.rows)


def test_of_an_unknown_architecture_nothing_is_told_but_why() -> None:
    report = reported(fit__layers=None, fit__untold=("layers of type zebra are not known",))
    told = fit(report, machine=H100)
    assert told.running.fits is Fits.UNKNOWN
    assert told.running.largest_context is None
    assert "layers of type zebra are not known" in told.running.why
    assert [(row.name, row.at, row.estimate) for row in told.rows] == [("model.safetensors", (), False)]


def test_a_mixture_of_experts_is_faster_than_its_size() -> None:
    line = variant("model.safetensors", 60 * GB, parameters=30_000_000_000).replace(f"read={60 * GB} ", "")
    dense, mixed = (
        fit(reported(variants=(line,), model__parameters=30_000_000_000, **more), machine=H100).running.speed
        for more in ({}, {"model__parameters_active": 3_000_000_000})
    )
    assert dense is not None
    assert mixed is not None
    assert 5 < mixed[1] / dense[1] < 10.1


def test_a_base_that_was_quantised_names_the_model_and_one_that_was_tuned_does_not() -> None:
    for relation, known in (("quantized", True), ("copy", True), ("finetune", False), ("merge", False)):
        report = reported("./download", rights__bases=(f"{relation} meta-llama/Llama-3.1-8B-Instruct",))
        offers = fit(report, machine=H100).running.offers
        assert any(offer.same for offer in offers) is known, relation


def test_verdicts_tell_it_and_stored_reports_are_told_again(tmp_path: Path) -> None:
    verdict = judge(reported(), settings=Settings(machine=H100))
    assert verdict.running is not None
    assert verdict.running.machine == H100
    (back,) = load_verdicts(dump_verdicts([verdict]))
    assert back.running == verdict.running
    file = tmp_path / "report.json"
    file.write_text(dump_verdicts([verdict]), encoding="utf-8")
    other = H100._replace(name="half of it", memory=10 * GB)
    assert judge(file, settings=Settings(machine=other)).running != verdict.running
    assert (
        fit(file, machine=H100).running == fit(verdict, machine=H100).running == fit(reported(), machine=H100).running
    )


def test_a_report_without_weights_has_nothing_to_run(tmp_path: Path) -> None:
    report = reported(variants=())
    assert running_of(report, H100, TODAY) is None
    assert judge(report).running is None
    file = tmp_path / "report.json"
    file.write_text(dump_report(report), encoding="utf-8")
    with pytest.raises(NothingToCheck, match="no weights"):
        fit(file)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"memory": "lots"}, "a size such as 16GB"),
        ({"memory": -1}, "a size such as 16GB"),
        ({"context": 0}, "context=0"),
        ({"sequences": 1 << 60}, "whole number"),
        ({"engine": "abacus"}, "known are llama.cpp"),
        ({"machine": "a100"}, "A100 40GB, A100 80GB"),
        ({"machine": "h1000"}, "H100 80GB"),
        ({"machine": "zzz"}, "hilt fit --machines"),
    ],
)
def test_a_wrong_question_says_what_is_needed(asked: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fit(reported(), **asked)  # type: ignore[arg-type]


def test_an_engine_tells_only_of_the_formats_that_it_loads() -> None:
    sets = (variant("model.safetensors", 2 * LLAMA_8B), variant("model-Q4_K_M.gguf", 5 * GB, "gguf"))
    by = {
        engine: {row.name for row in fit(reported(variants=sets), engine=engine).rows if not row.estimate}
        for engine in ("llama.cpp", "vllm")
    }
    assert by == {"llama.cpp": {"model-Q4_K_M.gguf"}, "vllm": {"model.safetensors"}}


@pytest.mark.parametrize(
    "line",
    [
        variant("model.safetensors", 1 << 56, parameters=1 << 56),
        variant("model.safetensors", 0, parameters=0),
        variant("m", 1, parameters=1),
    ],
)
@pytest.mark.parametrize("context", [1, 1 << 24, 1 << 56])
def test_absurd_figures_are_no_bug(line: str, context: int) -> None:
    report = reported(
        variants=(line,), model__context_length=context, fit__vocabulary=1 << 50, model__parameters=1 << 55
    )
    told = fit(report, machine=H100)
    assert json.dumps(as_data(told))


def test_it_is_part_of_the_public_api() -> None:
    assert hilt.fit is fit
