"""S001 Fig. 8: inelastic Dirac dark matter."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Remedy, Sheet, factor, marks, relative, shown, styles
from darktarget.numerics.interpolation import log_linear
from darktarget.units import ALPHA
from darktarget_papers.shared.as_published import thermal_target
from darktarget_papers.shared.s001 import EXPOSURES, S001, Scan, contour, inside, others, plane, scan, small_print

CHI_GEV = np.concatenate([np.geomspace(1e-3, 0.04, 4), np.geomspace(0.055, 0.25, 7), [0.4, 1.0]])
WIDE_GEV = np.concatenate([np.geomspace(1e-3, 0.03, 7), np.geomspace(0.04, 1, 17)])
TANGENTS = np.geomspace(1e-5, 1, 9)
EPS = 1e-3
WINDOW_GEV = (0.0206, 0.025, 0.03, 0.04)
CHI = Axis("m_chi_GeV", r"$m_{\chi_1}$ [GeV]", 1e-3, 1)
NARROW = Axis("m_chi_GeV", r"$m_{\chi_1}$ [GeV]", 1e-3, 1)
Y = Axis("y", r"$y=\varepsilon^2\alpha_D(m_{\chi_1}/m_{A'})^4$", 1e-15, 1e-7)
TANGENT = Axis("tan_theta", r"$\tan\theta$", 1e-5, 1)


class S001Fig8:
    """y against m_chi1, and tan theta against m_chi1 at eps = 1e-3."""

    name = "s001-fig8"
    caption = (
        "NA64 recast for i2DM: y at Delta = 0.05, and tan theta at eps = 1e-3; alpha_D = 0.1, m_A'/m_chi = 3; "
        "elastic form factor"
    )
    source = "arXiv:2302.05414 Fig. 8"
    rows = ("1.36", "1.37", "1.38", "1.39", "1.40")

    def draw(self) -> Sheet:
        """Three panels."""
        found = scan(i2dm(CHI_GEV), events=800)
        first = [
            *(found.mark(label, name, marks.Y) for label, name in EXPOSURES),
            *others(i2dm, WIDE_GEV, ("babar-2017",), marks.Y),
            *(
                marks.of(thermal_target(i2dm(WIDE_GEV, t)), rf"relic, $\tan\theta=10^{{{np.log10(t):.0f}}}$", marks.Y)
                for t in (1e-2, 1e-3, 1e-4)
            ),
        ]
        panels = [Panel(CHI, Y, first, r"$\Delta/m_{\chi_1}$ = 0.05")]
        panels += [
            Panel(NARROW, TANGENT, self.angles(found, d), rf"$\Delta/m_{{\chi_1}}$ = {d:g}, $\varepsilon = 10^{{-3}}$")
            for d in (0.05, 0.01)
        ]
        lines = [rf"relic, $\tan\theta=10^{{{n}}}$" for n in (-4, -3, -2)]
        curves = [
            shown("1.36", panels[:1], "NA64", "1e12", "5e12", "BaBar", *lines),
            shown("1.36", panels[1:2], "NA64", "1e12", "5e12", "CHARM", "LSND"),
            shown("1.36", panels[2:], "NA64", "1e12", "5e12"),
        ]
        return Sheet(panels, [*checks(found), *curves], legend="arXiv:2302.05414, recomputed; EOT")

    def angles(self, found: Scan, splitting: float) -> list[marks.Mark]:
        """tan theta against m_chi1; chi2 lives too long for NA64's limit to depend on either."""
        grid = np.concatenate([[2e-3], np.geomspace(0.0206, 1.0, 12)])

        def depth(name: str) -> Array:
            return plane(
                grid,
                TANGENTS,
                lambda m, t: i2dm(m, t, splitting),
                lambda m: inside(api.constraint(name, m).intervals, EPS),
            )

        return [
            *(flat(label, reach(found, name), name) for label, name in EXPOSURES),
            *(
                contour(title, grid, depth(name), TANGENTS, styles.RECAST)
                for title, name in (("CHARM", "charm"), ("LSND", "lsnd"))
            ),
        ]


def i2dm(chi: Array, tangent: Array | float = 1e-2, splitting: float = 0.05) -> Model:
    """A point of the figure."""
    return api.model("i2dm", mass=3 * chi, alpha_D=0.1, mass_ratio=3, splitting=splitting, theta=np.arctan(tangent))


def flat(label: str, edge: float, experiment: str) -> marks.Mark:
    """All angles below a mass."""
    style = styles.PROJECTION if api.experiment(experiment).projection else styles.LIMIT
    return marks.region(
        label,
        [CHI_GEV[0], edge],
        [[(TANGENTS[0], TANGENTS[-1])]] * 2,
        style,
        small_print(experiment) if style is styles.PROJECTION else "",
    )


def reach(found: Scan, experiment: str) -> float:
    """m_chi1 in GeV below which eps = 1e-3 is excluded."""
    return float(log_linear(found.lowest(experiment), found.model.dark_mass, np.array(EPS), outside="hold"))


def checks(found: Scan) -> list[Check]:
    """The masses that are left, and the relic line that NA64 follows."""
    published = found.published(S001)
    rows = [
        Check(
            "1.39",
            f"m_chi1 excluded below at eps = 1e-3, {label} EOT, {how} [MeV]",
            paper,
            1e3 * reach(one, name),
            within,
        )
        for paper, (label, name) in zip((71, 110, 195), EXPOSURES, strict=True)
        for how, one, within in (
            ("normalised to the published limit", published, relative(0.08)),
            ("first principles", found, relative(0.15)),
        )
    ]
    chi = np.geomspace(0.01, 0.05, 5)
    edge = log_linear(found.model.dark_mass, found.lowest(S001), chi, outside="hold")
    ratio = (edge / thermal_target(i2dm(chi)).coupling) ** 2
    worst = float(ratio[np.abs(np.log(ratio)).argmax()])
    babar = float(api.constraint("babar-2017", i2dm(chi)).coupling[2])
    high = i2dm(np.array([0.1]), 1.0)
    length = float(high.proper_length("chi2", coupling=EPS)[0]) * 1e-2 * 50 / float(high.states()[1].mass[0])
    charm = {m: lowest_tangent("charm", m) for m in WINDOW_GEV}
    text = ", ".join(f"{t:.2g} at {1e3 * m:g} MeV" for m, t in charm.items())
    leading = {m: leading_tangent("charm", m) for m in WINDOW_GEV}
    changed = (
        f"massless electrons, Eq. (5.1) ({min(leading.values()):.2g} in the window, {leading[0.04]:.2g} at 40 MeV)"
    )
    return [
        *rows,
        Check("1.37", "y of NA64 over that of the theta = 1e-2 relic line, 10-50 MeV, worst", 1.0, worst, factor(1.5)),
        Check("1.38", "BaBar's bound on eps at m_chi1 = 22 MeV", 1e-3, babar, factor(1.25)),
        Check.statement(
            "1.36", "chi2 of 50 GeV flies further than 1 km at every angle, so NA64 does not depend on it", length > 1e3
        ),
        Check.statement(
            "1.40",
            "CHARM reaches lower tan theta at 0.02-0.03 GeV than at 0.04 GeV",
            _dips(charm),
            f"decays in CHARM exclude tan theta above {text} (nan: nothing): the width falls as the fifth power of "
            "the splitting, and just above 2 m_e the phase space closes; S001 rescales a published iDM curve",
            Remedy(changed, _dips(leading)),
        ),
    ]


def _dips(tangents: dict[float, float]) -> bool:
    """Whether the lowest excluded tan theta in the window is below that at 40 MeV."""
    return bool(np.nanmin([t for m, t in tangents.items() if m < 0.04]) < tangents[0.04])


def leading_tangent(search: str, chi: float) -> float:
    """The lowest excluded tan theta at eps = 1e-3 if chi2 had the width of S001 Eq. (5.1), for massless electrons.

    chi2 is long-lived, so the decays seen go as eps^4 times its width, and for small angles as tan^2 theta.
    """
    at_one = i2dm(np.array([chi]), 1.0)
    pairs = api.constraint(search, at_one).intervals[0]
    if not pairs:
        return float("nan")
    gap, sines = 0.05 * chi, 0.25  # sin^2 cos^2 at tan theta = 1
    width = 4 * ALPHA * 0.1 * gap**5 / (15 * np.pi * (3 * chi) ** 4) * sines
    more = float(width / at_one.partial_widths("chi2")["chi1 e+ e-"][0]) * (EPS / pairs[0][0]) ** 4
    return float(np.sqrt(0.125 / more))  # number of chi2 per mediator 2 c^2, times s^2 c^2, is 1/4 at tan theta = 1


def lowest_tangent(search: str, chi: float) -> float:
    """The lowest tan theta that a search excludes at eps = 1e-3; nan for none."""
    tangent = np.geomspace(1e-4, 1, 17)
    depth = inside(api.constraint(search, i2dm(np.full(17, chi), tangent)).intervals, EPS)
    return float(tangent[depth > 0].min(initial=np.inf)) if (depth > 0).any() else float("nan")
