"""What detectors see of an event: energies in layers and cells."""
