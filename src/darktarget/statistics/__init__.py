"""From counts to limits: low-count statistics that knows no physics."""
