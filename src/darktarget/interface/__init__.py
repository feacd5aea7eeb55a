"""What a person touches: the command line. Thin: it calls flow, io and plot only."""
