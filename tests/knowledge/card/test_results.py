from __future__ import annotations

from hilt.knowledge.card.results import MOST, of_tables
from hilt.knowledge.licences.passages import passages


def found(table: str, *names: str, heading: str = "Evaluation results") -> list[str]:
    return [str(one) for one in of_tables(passages(f"# Poet\n\n## {heading}\n\n{table}"), names or ("acme/poet-7b",))]


COMPARED = """
| Benchmark | Shots | Poet 7B | Llama |
|---|---|---|---|
| MMLU | 5 | 66.7 | 60.1 |
| GSM8K | 8 | - | 50 |
"""


def test_of_a_comparison_only_the_column_with_the_own_name_is_taken() -> None:
    assert found(COMPARED) == ["Evaluation results | MMLU | Poet 7B | 66.7"]
    assert found(COMPARED, "acme/other") == []


def test_columns_that_are_metrics_are_taken_where_no_model_is_named() -> None:
    table = "| Dataset | Accuracy | F1 | Size |\n|---|---|---|---|\n| Rhymes | 91.5% | 0.9 | 400 |\n"
    assert found(table) == ["Evaluation results | Rhymes | Accuracy | 91.5%", "Evaluation results | Rhymes | F1 | 0.9"]


def test_one_column_of_figures_is_the_subjects() -> None:
    table = "| Set | Figure |\n|---|---|\n| a | 1.0 |\n| b | ± |\n"
    assert found(table) == ["Evaluation results | a | Figure | 1.0"]
    assert found("| Set | Memory |\n|---|---|\n| a | 1.0 |\n") == []


def test_rows_may_be_models() -> None:
    table = "| Model | MMLU | Params |\n|---|---|---|\n| Poet-7B | 66.7 | 7 |\n| Llama | 60 | 8 |\n"
    assert found(table) == ["Evaluation results | MMLU |  | 66.7"]


def test_tables_under_other_headings_are_no_results() -> None:
    assert found(COMPARED, heading="Hyperparameters") == []


def test_tables_end_and_are_bounded() -> None:
    two = "| a | score |\n|---|---|\n| x | 1 |\n\nand\n\n| b | score |\n|---|---|\n| y | 2 |\n"
    assert [one.split(" | ")[1] for one in found(two)] == ["x", "y"]
    assert found("| a |\n| b |\n") == []
    many = "| a | score |\n|---|---|\n" + "| x | 1 |\n" * 1000
    assert MOST < len(found(many)) < 500
