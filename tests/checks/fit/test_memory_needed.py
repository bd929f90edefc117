from __future__ import annotations

from checks.fit.models import facts, headed, llama, llama_config, numbers, safetensors


def test_the_sets_of_weights_and_what_the_layers_keep_are_stated() -> None:
    told = facts({"config.json": llama_config(), "model.safetensors": safetensors(llama())})
    size = 2 * (1000 * 64 + 64 + 2 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 128 * 64))
    assert told["fit.variants"] == (
        f"format=safetensors bytes={size} parameters={size // 2} read={size} dtypes=BF16:{size} name=model.safetensors",
    )
    assert told["fit.layers"] == ("2 attention heads=2 key=16 value=16",)
    assert (told["fit.vocabulary"], told["fit.width"], told["fit.heads"], told["fit.inner"]) == (1000, 64, 4, 128)
    assert "fit.untold" not in told
    assert told["fit.resident"] <= told["fit.reserved"]


def test_shards_are_one_set_and_what_is_not_whole_is_none() -> None:
    half = {"model-00001-of-00002.safetensors": safetensors({"a": ("F16", (8, 8))})}
    assert "fit.variants" not in facts(half)
    both = half | {"model-00002-of-00002.safetensors": safetensors({"b": ("F32", (8, 8))})}
    (line,) = facts(both)["fit.variants"]
    assert line.endswith("dtypes=F32:256,F16:128 name=model-*.safetensors")


def test_quantisations_stand_beside_each_other() -> None:
    keys = {
        "general__architecture": "llama",
        "llama__block_count": 2,
        "llama__embedding_length": 64,
        "llama__attention__head_count": 4,
        "llama__attention__head_count_kv": numbers(2, 1),
        "llama__feed_forward_length": 128,
    }
    small = headed({"token_embd.weight": ("Q4_0", (64, 1000))}, **keys)
    large = headed({"token_embd.weight": ("Q8_0", (64, 1000))}, **keys)
    told = facts({"m-Q4_0.gguf": small, "m-Q8_0.gguf": large})
    assert [line.partition(" dtypes=")[2] for line in told["fit.variants"]] == [
        "Q4_0:36000 name=m-Q4_0.gguf",
        "Q8_0:68000 name=m-Q8_0.gguf",
    ]
    assert told["fit.layers"] == ("1 attention heads=2 key=16 value=16", "1 attention heads=1 key=16 value=16")


def test_of_an_unknown_architecture_nothing_is_told_but_the_weights() -> None:
    told = facts({"config.json": llama_config(model_type="lIama"), "model.safetensors": safetensors(llama())})
    assert told["fit.untold"] == ("config.json: what layers of a model of the type 'lIama' keep is not known here",)
    assert "fit.variants" in told
    assert not {"fit.layers", "fit.reserved", "fit.resident"} & told.keys()


def test_files_without_weights_state_nothing() -> None:
    assert facts({"config.json": llama_config(), "README.md": b"# x"}) == {}
