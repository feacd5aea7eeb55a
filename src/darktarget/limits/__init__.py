"""From accepted events to excluded couplings: counting, exclusion, recast normalisation, result."""
