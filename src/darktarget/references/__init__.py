"""The papers behind models, experiments, constraints and methods: stored facts, and BibTeX made from them."""
