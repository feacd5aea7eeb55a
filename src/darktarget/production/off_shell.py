r"""Dark pairs from a mediator below their threshold, l N -> l N X*(-> pair): what is left where X cannot decay to them.

.. math:: \frac{d\sigma}{ds} = \sigma(lN\to lNX;\ m_X=\sqrt s)\,
          \frac{\sqrt s\,\Gamma_{\rm dark}(\sqrt s)}{\pi[(s-M^2)^2+s\,\Gamma(\sqrt s)^2]}

As for a virtual photon the tensor of the pair is the polarisation sum of a mediator of mass sqrt(s): exact for
conserved currents and spin 0. Where a vector has axial couplings to leptons and dark particles its part of spin 0 adds,
the bremsstrahlung of a pseudoscalar of mass sqrt(s) (``virtual_photon.forms``). Where the mediator decays to the pair
on shell this is part of its bremsstrahlung, and 0 here. It is of second order in the dark coupling, and calculated on
request only.
"""

from __future__ import annotations

from darktarget.production.virtual_photon import VirtualPhoton


class OffShell(VirtualPhoton):
    """l N -> l N X*(-> dark pair) with m_X below the threshold of the pair.

    >>> import darktarget as dt
    >>> closed = dt.model("dark-photon", mass=0.1, mass_ratio=1.5)
    >>> bool(dt.cross_section(closed, energy=100, target="Pb", process="off-shell").sigma[0] > 0)
    True
    """

    name = "off-shell"
    carrier = "mediator below the threshold"
