"""What usage hands out."""

from dataclasses import dataclass
from typing import Literal

# What is counted: `embedding` in tokens.
Kind = Literal["embedding"]


@dataclass(frozen=True)
class Spent:
    tokens: int
    cost_micro_dollars: int
