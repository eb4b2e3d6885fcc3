"""A tiny module, its data and Trainer, for the real Lightning under either name."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any


def package(name: str) -> Any:
    """Return ``lightning.pytorch`` or ``pytorch_lightning``."""
    return importlib.import_module(name)


def module(pl: Any, lr: float = 0.1, worse: bool = False, **stated: Any) -> Any:
    """A linear classifier that logs a loss each step, an epoch's loss, and a score on validation and test.

    With ``worse`` the score falls from epoch to epoch.
    """
    import torch

    class Classifier(pl.LightningModule):
        def __init__(self, lr: float = 0.1, worse: bool = False, **stated: Any) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(4, 2)

        def training_step(self, batch: Any, index: int) -> Any:
            loss = torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, index: int) -> None:
            self._score("val", batch)

        def test_step(self, batch: Any, index: int) -> None:
            self._score("test", batch)

        def _score(self, of: str, batch: Any) -> None:
            loss = torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])
            self.log(f"{of}_loss", loss, sync_dist=True)
            score = 1.0 - self.current_epoch / 10 if self.hparams.worse else 0.5
            self.log(f"{of}_score", score, sync_dist=True)

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=self.hparams.lr, momentum=0.9)

    Classifier.__qualname__ = "Classifier"
    torch.manual_seed(0)
    return Classifier(lr, worse, **stated)


def data() -> Any:
    """Sixteen rows in batches of four: four optimizer steps an epoch."""
    import torch

    features = torch.arange(64, dtype=torch.float32).reshape(16, 4) / 64
    rows = torch.utils.data.TensorDataset(features, (features.sum(1) > 2).long())
    return torch.utils.data.DataLoader(rows, batch_size=4)


def trainer(pl: Any, place: Path, *callbacks: Any, **stated: Any) -> Any:
    settings: dict[str, Any] = {
        "max_epochs": 3,
        "accelerator": "cpu",
        "devices": 1,
        "logger": False,
        "log_every_n_steps": 2,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    return pl.Trainer(default_root_dir=str(place), callbacks=list(callbacks), **settings | stated)
