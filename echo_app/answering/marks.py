"""Citation marks in a reply: only those that name a passage that was given, numbered 1, 2, … by first appearance.

A model writes the numbers of the passages it was given (`[3]`, `[1, 4]`, `【2】`, `[^2]`). What the customer sees is
renumbered while it streams, so that no text has to be changed afterwards.
"""

import re

_MARK = re.compile(r"(?P<space>[ \t]*)[\[【]\^?(?P<numbers>\d{1,3}(?:\s*[,;]\s*\^?\d{1,3})*)[\]】](?!\()")
# What may still become a mark: kept back until more comes.
_BEGUN = re.compile(r"[ \t]*(?:[\[【][\d,;^ ]{0,20})?$|[ \t]*[\[【]\^?\d[\d,;^ ]{0,20}[\]】]$")


class Marks:
    """Turns a model's marks into the reply's, piece by piece."""

    def __init__(self, passage_count: int) -> None:
        self._passage_count = passage_count
        self._waiting = ""
        # The passages cited, in order: the reply's `[n]` is the passage `cited[n - 1]`, counted from 1.
        self.cited: list[int] = []

    def feed(self, piece: str) -> str:
        """The text that can be shown now."""
        self._waiting += piece
        begun = _BEGUN.search(self._waiting)
        cut = begun.start() if begun else len(self._waiting)
        ready, self._waiting = self._waiting[:cut], self._waiting[cut:]
        return _MARK.sub(self._renumbered, ready)

    def end(self) -> str:
        """What was still kept back."""
        rest, self._waiting = self._waiting, ""
        return _MARK.sub(self._renumbered, rest).rstrip()

    def _renumbered(self, mark: re.Match[str]) -> str:
        numbers: list[int] = []
        for text in re.findall(r"\d+", mark.group("numbers")):
            passage = int(text)
            if 1 <= passage <= self._passage_count:
                if passage not in self.cited:
                    self.cited.append(passage)
                number = self.cited.index(passage) + 1
                if number not in numbers:
                    numbers.append(number)
        if not numbers:
            return ""
        return mark.group("space") + "".join(f"[{number}]" for number in numbers)
