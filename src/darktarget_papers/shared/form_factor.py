"""The form factor of the papers, whose captions name it."""

from __future__ import annotations

from typing import Final

#: The papers leave the inelastic part out; the default of darktarget has it.
FORM: Final = "elastic"
