"""The bases of what public functions return: ``Described`` shows itself, ``Result`` is also a table and a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from darktarget.files import path_of
from darktarget.results.layout import Layout

if TYPE_CHECKING:
    import pandas
    import xarray


class Described:
    """Base of what describes itself: a short ``repr``, a table in notebooks, a summary and citations.

    A class declares ``layout``, once; everything follows from it and from the fields.
    """

    layout: ClassVar[Layout]

    def __repr__(self) -> str:
        from darktarget.results.text import short  # cold start: a limit that is not printed

        return short(self)

    def _repr_html_(self) -> str:
        from darktarget.results.html import page  # cold start: for notebooks

        return page(self)

    def summary(self) -> str:
        """What was calculated, over which range, the best point, method, uncertainties, flags and references.

        Returns:
            Lines of plain English.

        >>> import darktarget as dt
        >>> bound = dt.limit(dt.model("dark-photon", mass=0.1), dt.experiment("na64e-2018"))
        >>> print(bound.summary().splitlines()[0])
        Exclusion limit on the coupling of dark-photon at na64e-2018, 90% CL, cls.
        """
        from darktarget.results.text import summary  # cold start: a limit that is not printed

        return summary(self)

    def cite(self) -> str:
        """BibTeX entries of all references, and of darktarget itself.

        >>> import darktarget as dt
        >>> dt.experiment("na64mu-2022").cite().count("eprint = {2401.01708}")
        1
        """
        from darktarget.references.bibtex import bibtex, references_of  # cold start: reads a file

        return bibtex(references_of(self))


class Result(Described):
    """Base of results: frozen dataclasses that can also be converted to tables and stored in files."""

    def to_frame(self) -> pandas.DataFrame:
        """The columns of the result as a pandas table, with units in the names, such as ``mass_GeV``.

        Further axes are spread over columns; facts that hold for every row are in ``attrs``.

        Raises:
            MissingExtra: pandas is not installed.
        """
        from darktarget.results.frames import to_frame  # cold start: needs an optional extra

        return to_frame(self)

    def to_xarray(self) -> xarray.Dataset:
        """The result as an xarray data set with named axes; units are in the names and in ``attrs``.

        Raises:
            MissingExtra: xarray is not installed.
        """
        from darktarget.results.frames import to_xarray  # cold start: needs an optional extra

        return to_xarray(self)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data for JSON: columns in the units of their names, None for what is not finite.

        >>> import darktarget as dt
        >>> curve = dt.constraint("lep", dt.model("dark-photon", mass=0.1))
        >>> curve.to_dict()["mass_GeV"]
        [0.1]
        """
        from darktarget.results.plain import to_dict  # cold start: a limit that is not converted

        return to_dict(self)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the result to a JSON file that ``darktarget.load`` restores bit for bit.

        Args:
            path: of the file. force: replace an existing file. The file is written atomically.

        Returns:
            The path.

        Raises:
            OutputExists: the file exists and ``force`` is off. OutputError: it cannot be written.
            NotStorable: a field has a value that no file can hold, such as a function.
        """
        from darktarget.results.storage import save  # cold start: a limit that is not stored

        return save(self, path_of(path), force=force)
