"""What Transformers, Lightning, Keras and PyTorch's distributed checkpoints leave on disk that holds pickles."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import torch

from honest.saving import Folder, main
from honest.torch_values import model


def transformers(folder: Folder) -> None:
    import transformers as hub

    small = {
        "vocab_size": 60,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
    }
    bert = hub.BertForSequenceClassification(hub.BertConfig(**small, id2label={0: "a", 1: "b"}))
    llama = hub.LlamaForCausalLM(hub.LlamaConfig(**small))
    optimiser = torch.optim.AdamW(bert.parameters())
    values = {
        "pytorch_model.bin": bert.state_dict(), "optimizer.pt": optimiser.state_dict(),
        "training_args.bin": hub.TrainingArguments(output_dir=str(folder.path), report_to=[]),
        "scheduler.pt": hub.get_linear_schedule_with_warmup(optimiser, 1, 10).state_dict(),
        "bert.pt": bert, "llama.pt": llama,
    }  # fmt: skip
    for name, value in values.items():
        folder.write(name, lambda file, v=value: torch.save(v, file))
    folder.write("config.pkl", lambda file: file.write_bytes(pickle.dumps(bert.config)))


def lightning(folder: Folder) -> None:
    import lightning as pl

    class Model(pl.LightningModule):
        def __init__(self, rate: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: list[torch.Tensor], number: int) -> torch.Tensor:
            return self.layer(batch[0]).sum()

        def configure_optimizers(self) -> tuple[list[object], list[object]]:
            optimiser = torch.optim.Adam(self.parameters())
            return [optimiser], [torch.optim.lr_scheduler.StepLR(optimiser, 1)]

    quiet = {
        "logger": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "enable_checkpointing": False,
    }
    trainer = pl.Trainer(max_epochs=1, accelerator="cpu", default_root_dir=str(folder.path), **quiet)
    batches = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.zeros(4, 2)), 2)
    trainer.fit(Model(), batches)
    folder.write("lightning.ckpt", trainer.save_checkpoint)
    folder.write("lightning-weights.ckpt", lambda file: trainer.save_checkpoint(file, weights_only=True))


def keras(folder: Folder) -> None:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras as library

    layers = library.layers
    plain = library.Sequential(
        [library.Input((4,)), layers.Dense(3, activation="relu"), layers.Dropout(0.1), layers.Dense(1)]
    )
    plain.compile("adam", "mse")
    folder.write("dense.keras", plain.save)
    folder.write("dense.h5", plain.save)
    folder.write("dense.pkl", lambda file: file.write_bytes(pickle.dumps(plain)))


def distributed(folder: Folder) -> None:
    from torch.distributed import checkpoint

    state = {"model": model().state_dict(), "step": 3}
    folder.write("checkpoint", lambda file: checkpoint.save(state, checkpoint_id=file))


def make(folder: Folder) -> None:
    for save in (transformers, lightning, keras, distributed):
        try:
            save(Folder(Path(folder.path, save.__name__), thorough=False))
        except ImportError:  # the library is not here
            continue


if __name__ == "__main__":
    main(make)
