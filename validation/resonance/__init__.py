"""Why the published NA64e limits with resonant annihilation are weaker than the calculation above 230 MeV.

``python -m validation.resonance`` prints the tables of ``docs/validation.md``; with ``--showers N`` also those that
need simulated showers. Nothing here changes a limit: published curves are compared with calculations, each of which
leaves out or distorts one step.
"""
