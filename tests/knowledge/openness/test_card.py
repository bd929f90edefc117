"""What cards are evidence for, and what they are not."""

from __future__ import annotations

from typing import Any

import pytest

from hilt.knowledge.openness.card import of_card
from hilt.knowledge.openness.code_hosts import code_link
from hilt.knowledge.openness.evidence import best
from hilt.knowledge.openness.sections import figures, rows, sections, words

PROSE = "This model turns questions of customers into short answers and was made for the help desk of a small company. "
TEMPLATE = """# Model Card for Model ID

<!-- Provide a quick summary of what the model is/does. -->

## Model Details

- **Developed by:** [More Information Needed]
- **License:** [More Information Needed]

### Training Data

<!-- This should link to a Dataset Card, perhaps with a short stub of information on what the training data is all about as
well as documentation related to data pre-processing or additional filtering, which should be there for everybody to read. -->

[More Information Needed]

## Evaluation

### Results

[More Information Needed]
"""


def found(body: str, name: str = "README.md", weights: bool = True, **metadata: Any) -> dict[str, str]:
    told = best(
        of_card(
            name,
            {key.replace("_", "-") if key == "model_index" else key: value for key, value in metadata.items()},
            body,
            of_data=name.startswith("DATA"),
            has_weights=weights,
        )
    )
    return {component: one.how for component, one in told.items()}


def test_a_template_that_nobody_filled_in_is_no_card_and_tells_nothing() -> None:
    assert found(TEMPLATE) == {}


def test_a_card_is_a_text_that_somebody_wrote() -> None:
    assert set(found(PROSE * 4)) == {"model_card"}
    assert (
        found("# Acme\n\nApache 2.0\n![badge](https://badges.example/x.svg)\n```python\n" + PROSE * 9 + "```\n") == {}
    )
    assert set(
        found(
            "Model card of joe: English of the United States, one speaker, of medium quality, at 22 kHz; made here.",
            "MODEL_CARD",
        )
    ) == {"model_card"}
    assert set(found("これは日本語の文章を要約するモデルです。" * 9)) == {"model_card"}


def test_the_card_of_a_data_set_is_a_data_card_unless_a_model_is_beside_it() -> None:
    assert set(found(PROSE * 4, weights=False, task_categories=["x"])) == {"data_card"}
    assert set(found(PROSE * 4, weights=True, task_categories=["x"])) == {"model_card"}
    assert set(found(PROSE * 4, "DATA_CARD.md")) == {"data_card"}


@pytest.mark.parametrize(
    "title",
    [
        "## Training data",
        "### Training Data",
        "# Dataset",
        "## 3. Data sources",
        "## **Fine-tuning dataset**",
        "## Training datasets",
        "Training data\n-----",
        "<h2>Training Data</h2>",
        "## 📚 Training data",
    ],
)
def test_a_section_on_the_training_data_is_a_data_card(title: str) -> None:
    assert "data_card" in found(f"{title}\n\n{PROSE * 2}\n")
    assert "data_card" in found(f"{title}\n\n| set | pairs |\n|---|---|\n| a | 100 |\n| b | 200 |\n")


@pytest.mark.parametrize(
    "body",
    [
        f"## Training\n\n{PROSE * 2}",
        f"## How to load the dataset of yours\n\n{PROSE * 2}",
        "## Training data\n\nSee the paper.",
        f"## Training data\n\n```\n{PROSE * 2}\n```\n",
        f"## Privacy and data protection\n\n{PROSE * 2}",
        "The dataset keyword in a sentence is no data card. " * 9,
        f"## License\n\n{PROSE * 2}",
        f"## Metadata\n\n{PROSE * 2}",
    ],
)
def test_the_word_data_alone_is_no_data_card(body: str) -> None:
    assert "data_card" not in found(body)


def test_a_section_on_data_that_only_links_it_names_a_data_set_that_is_elsewhere() -> None:
    assert (
        found("## Dataset\n\n* URL: https://data.example/voices\n")["datasets"]
        == "section 'Dataset' links https://data.example/voices"
    )


@pytest.mark.parametrize(
    "title", ["## Evaluation", "## Results", "# Benchmark results", "### Performance", "## Accuracy"]
)
def test_a_section_with_figures_is_a_result(title: str) -> None:
    assert "evaluation_results" in found(f"{title}\n\n| task | score |\n|---|---|\n| a | 81.2 |\n")
    assert "evaluation_results" in found(f"{title}\n\nIt reaches 81.2 on a, 79.5 on b and 93 % on c.\n")


@pytest.mark.parametrize(
    "body",
    [
        "## Evaluation\n\nWe evaluated it thoroughly and the results were good.\n",
        "## Inference speed and performance\n\n| batch | ms |\n|---|---|\n| 1 | 8.2 |\n",
        "## Usage\n\n| option | value |\n|---|---|\n| top_p | 0.9 |\n",
        "## Results\n\nVersion 1.0 of 2024-01-31, see v0.9.1 and 3.11.\n",
    ],
)
def test_a_heading_or_a_number_alone_is_no_result(body: str) -> None:
    assert "evaluation_results" not in found(body)


def test_the_model_index_holds_results_and_names_the_data_they_are_of() -> None:
    index = [{"results": [{"dataset": {"type": "glue", "name": "GLUE"}, "metrics": [{"type": "acc", "value": 0.9}]}]}]
    told = found("", model_index=index)
    assert told["evaluation_results"] == "model-index with 1 figure"
    assert told["evaluation_data"] == "model-index names glue"
    assert found("", model_index=[{"results": [{"dataset": {"type": "glue"}, "metrics": [{"type": "acc"}]}]}]) == {}


def test_the_models_own_paper_is_named_in_a_citation_a_tag_or_a_link_called_so() -> None:
    bibtex = "## Citation\n\n```bibtex\n@misc{acme, eprint={2509.12345}, archivePrefix={arXiv}}\n```\n"
    assert found(bibtex)["research_paper"] == "names arXiv:2509.12345"
    assert found("", tags=["arxiv:2509.12345", "llama"])["research_paper"] == "names arxiv:2509.12345"
    assert "research_paper" in found("[Paper](https://arxiv.org/abs/2509.12345)")
    assert "research_paper" in found("- **Paper:** https://arxiv.org/abs/2501.00656")  # OLMo 2
    assert "technical_report" in found("Read our [technical report](https://acme.example/report.pdf).")


@pytest.mark.parametrize(
    "body",
    [
        "## Citation\n\nCite Sentence Transformers: https://arxiv.org/abs/1908.10084\n",
        "| Reddit comments | [paper](https://arxiv.org/abs/1904.06472) | 726,484,430 |\n",
        "It uses rotary embeddings (https://arxiv.org/abs/2104.09864).\n",
        "[our demo](https://demo.example/paper)\n",
    ],
)
def test_papers_of_others_are_not_the_models(body: str) -> None:
    assert "research_paper" not in found(body)


def test_code_that_a_card_links_is_elsewhere() -> None:
    told = found("The training code is at https://github.com/acme/train and nothing else.\n")
    assert told["training_code"] == "links https://github.com/acme/train"
    assert "training_code" not in found("Our training took a week. Code: https://github.com/acme/demo\n")
    assert (
        code_link("uses https://github.com/huggingface/transformers, see https://github.com/acme/x.")
        == "https://github.com/acme/x"
    )


def test_names_of_data_and_libraries_are_claims() -> None:
    told = {
        one.component: one
        for one in of_card(
            "README.md",
            {"datasets": ["a", "b", "c", "d"], "library_name": "flair"},
            "",
            of_data=False,
            has_weights=True,
        )
    }
    assert told["datasets"].how == "names a, b, c and 1 more"
    assert {one.elsewhere for one in told.values()} == {True}
    assert told["architecture"].how == "names the library flair, which has the code"


def test_sections_hold_what_stands_in_the_sections_inside_them() -> None:
    told = {one.title: one.text for one in sections("# A\none\n## B\ntwo\n```\n# no heading\n```\n# C\nthree")}
    assert told == {"": "", "A": "one\ntwo", "B": "two", "C": "three"}


def test_words_rows_and_figures() -> None:
    assert words("two **words** [here](https://x.example/a-b-c) <b>now</b> {{ left out }}") == 4
    assert rows("| a | 1 |\n|---|---|\n| b | c |\n") == 1
    assert figures("81.2, 93 %, v1.2.3, 2024-01-31, arXiv:2509.12345 and 0.91") == 3
