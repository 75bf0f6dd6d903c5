"""Where a process keeps the provider it was given: the composition roots put, services get."""

from typing import Generic, TypeVar

Provider = TypeVar("Provider")


class Slot(Generic[Provider]):
    """One kind of provider in this process."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._provider: Provider | None = None

    def put(self, provider: Provider) -> None:
        self._provider = provider

    def get(self) -> Provider:
        """The provider in use. Raises LookupError when the process was started without one."""
        if self._provider is None:
            raise LookupError(f"no provider of {self._kind} was put into this process")
        return self._provider
