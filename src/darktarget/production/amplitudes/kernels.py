"""Open tables of kernels: one entry per Lorentz structure, added at import by any file, never replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from darktarget.core import LorentzStructure
from darktarget.errors import PhysicsError

K = TypeVar("K", bound=Callable[..., object])


class KernelTable(Generic[K]):
    """Kernels of one process.

    >>> from darktarget.core import VECTOR
    >>> table = KernelTable("example")
    >>> @table.kernel(VECTOR)
    ... def vector() -> int:
    ...     return 1
    >>> table[VECTOR]()
    1
    """

    def __init__(self, process: str) -> None:
        self.process = process
        self._table: dict[LorentzStructure, K] = {}

    @property
    def entries(self) -> Mapping[LorentzStructure, K]:
        """What is registered (read-only)."""
        return MappingProxyType(self._table)

    def kernel(self, structure: LorentzStructure) -> Callable[[K], K]:
        """Decorator that registers a function as the kernel of a Lorentz structure.

        Raises:
            PhysicsError: the structure has a kernel already.
        """

        def register(function: K) -> K:
            if structure in self._table:
                raise PhysicsError(f"{self.process} has a kernel for {structure.name} already")
            self._table[structure] = function
            return function

        return register

    def __getitem__(self, structure: LorentzStructure) -> K:
        try:
            return self._table[structure]
        except KeyError:
            known = ", ".join(s.name for s in self._table)
            raise PhysicsError(f"{self.process} has no kernel for {structure.name}; it has {known}") from None
