"""The words that are written on items, and texts as vectors over them."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from regulars.estimators.recommend.candidates.arrays import load_array, save_array


@dataclass(frozen=True)
class Vocabulary:
    """TF-IDF as scikit-learn has it, without scikit-learn: a service reads new items and need not load that.

    A word counts 1 + log(times in the text), times its rarity; a text is a vector of length 1, or 0 for no known word.

    Reference: Salton & Buckley (1988), Term-weighting approaches in automatic text retrieval.
    """

    place: dict[str, int]
    """Where each word stands, in the order of the alphabet."""
    rarity: npt.NDArray[np.float32]
    """(words,) 1 + log((texts + 1) / (texts with the word + 1))."""

    @classmethod
    def of(cls, texts: Sequence[str], most: int) -> Self:
        """Learn the ``most`` frequent words of ``texts``, by the alphabet among equals."""
        split = [text.split() for text in texts]
        times = Counter(word for words in split for word in words)
        kept = sorted(sorted(times), key=lambda word: -times[word])[:most]
        within = Counter(word for words in split for word in set(words))
        place = {word: number for number, word in enumerate(sorted(kept))}
        held = np.array([within[word] for word in place], np.float64)
        return cls(place, (1.0 + np.log((len(texts) + 1) / (held + 1))).astype(np.float32))

    def read(self, texts: Sequence[str]) -> sp.csr_array:
        """Return (texts, words) float32 vectors; one empty column where no word is known."""
        columns, values, starts = [], [], [0]
        for text in texts:
            found = sorted(Counter(self.place[word] for word in text.split() if word in self.place).items())
            columns += [column for column, _ in found]
            values += [times for _, times in found]
            starts.append(len(columns))
        column = np.array(columns, np.int32)
        weights = (1.0 + np.log(np.array(values, np.float64))) * self.rarity[column] if columns else np.empty(0)
        length = np.sqrt(np.bincount(np.repeat(np.arange(len(texts)), np.diff(starts)), weights**2, len(texts)))
        scaled = (weights / np.repeat(length, np.diff(starts))).astype(np.float32)
        return sp.csr_array((scaled, column, np.array(starts, np.int32)), shape=(len(texts), max(len(self.place), 1)))

    def save(self, folder: Path) -> None:
        """Write words and rarities."""
        (folder / "words.json").write_text(json.dumps(list(self.place), ensure_ascii=False), encoding="utf-8")
        save_array(self.rarity, folder, "words_rarity")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        rarity = load_array(folder, "words_rarity")
        return cls({word: number for number, word in enumerate(words)}, rarity)
