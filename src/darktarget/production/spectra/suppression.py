"""How a form factor cuts off the spectrum of bremsstrahlung: a closed form that tables divide out."""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.matter.form_factors import FormFactor
from darktarget.production.amplitudes.exact import Collision, minimal_u

FAR: Final = 30.0  # of r: beyond, the terms cancel, and those of the series in -1/r serve, last first
FAR_TERMS: Final = [-1 / n - 2 / (n + 1) + 6 / (2 * n + 1) for n in range(8, 0, -1)] + [0.0]


def size_suppression(collision: Collision, y: Array, form: FormFactor) -> Array:
    r"""How screening and the nuclear size cut the spectrum, with :math:`r = (t_\min + t_s)/d`; divided out of tables.

    .. math:: S(r) = \int_1^\infty\frac{dv}{v^2}\,\chi(rv^2),\qquad \chi(r) = \int_r^\infty ds\,\frac{s-r}{s^2(1+s)^2}

    is the photon flux of a form factor :math:`[t/(t+t_s)]^2/(1+t/d)^2`, summed over emission angles of density 1/u~^2,
    which raise t_min as u~^2. In closed form :math:`(1-2r)\ln(1+1/r) + 6\sqrt r\arctan(1/\sqrt r) - 4`.
    """
    size = form.size(collision.nucleus)
    t_min = (minimal_u(collision, y) / (2 * collision.energy * y)) ** 2
    r = np.asarray((t_min + form.screening(collision.nucleus)) / size)
    root = np.sqrt(r)
    found = np.asarray((1 - 2 * r) * np.log1p(1 / r) + 6 * root * np.arctan(1 / root) - 4)
    far = r > FAR
    found[far] = np.polyval(FAR_TERMS, -1 / r[far])
    return found
