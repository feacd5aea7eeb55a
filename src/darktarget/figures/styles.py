"""How the kinds of curves look: distinguishable with any colour vision and in grey print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

Line = str | tuple[float, tuple[float, ...]]

# Okabe and Ito's colours, distinguishable with any colour vision
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C510A", "#4D4D4D")
# edges of what others exclude: P. Tol's muted colours, as distinguishable
MUTED: Final = ("#332288", "#882255", "#117733", "#999933", "#AA4499", "#44AA99", "#CC6677")
HATCHES: Final = ("/", ".", "\\", "x", "-", "|", "+")
SHADE: Final = "#808080"  # of what others exclude; overlaps are darker
HATCH: Final = 0.3  # opacity of hatches
SOLID: Final[tuple[Line, ...]] = ("-",)
DASHED: Final[tuple[Line, ...]] = ("--", (0.0, (5.0, 1.5)), (0.0, (8.0, 2.0, 2.0, 2.0)), (0.0, (2.0, 1.5)))
VARIED: Final[tuple[Line, ...]] = ("-", "--", "-.", ":", (0.0, (6.0, 1.0, 1.0, 1.0, 1.0, 1.0)))


@dataclass(frozen=True)
class Style:
    """How one kind of mark is drawn.

    Attributes:
        name: of the kind, in the data file.
        colours, lines: taken in turn by the marks of the kind, by label, the same in every panel.
        width: of the line. fill: opacity of the region, 0 for none. hatches: of the regions, in turn.
        shade: colour of the region, that of the line by default.
        inside: whether the label is written into the region where there is room.
        suffix: appended to the label. order: of drawing. under: whether the shade lies below everything.
    """

    name: str
    colours: tuple[str, ...] = COLOURS
    lines: tuple[Line, ...] = SOLID
    width: float = 1.5
    fill: float = 0.0
    hatches: tuple[str, ...] = ("",)
    shade: str = ""
    inside: bool = False
    suffix: str = ""
    order: float = 3.0
    under: bool = False


#: Curves of no special kind: spectra, efficiencies.
LINE: Final = Style("line")
#: A limit from data: solid, above one light shade for all of them.
LIMIT: Final = Style("limit", fill=1.0, shade="#E6EDF4", under=True)
#: A limit drawn to compare with: thin, broken, not shaded.
COMPARISON: Final = Style("comparison", lines=("-.", ":"), width=1.2)
#: A projected limit: dashed.
PROJECTION: Final = Style("projection", lines=DASHED)
#: Thermal relic targets: black.
RELIC: Final = Style("relic", colours=("#000000",), lines=VARIED, width=1.6, order=4.0)
#: Excluded by others, as they state it: shaded in grey.
EXCLUDED: Final = Style("excluded", colours=MUTED, width=0.9, fill=0.3, shade=SHADE, inside=True, order=1.0)
#: Excluded by others, recalculated for this model: shaded and hatched, and it says so.
RECAST: Final = Style(
    "recast",
    colours=MUTED,
    width=0.9,
    fill=0.2,
    hatches=HATCHES,
    shade=SHADE,
    inside=True,
    suffix=" (recast)",
    order=1.1,
)
#: Preferred region, such as that of a magnetic moment.
BAND: Final = Style("band", colours=("#E69F00", "#56B4E9"), width=0.8, fill=0.45, order=0.8)
#: Where something happens: thin, dotted.
GUIDE: Final = Style("guide", colours=("#666666",), lines=(":",), width=1.0, order=2.0)

#: The style of each kind of ``core.Curve`` (read-only).
OF_CURVE: Final[Mapping[str, Style]] = MappingProxyType({"target": RELIC, "band": BAND, "exclusion": RECAST})
