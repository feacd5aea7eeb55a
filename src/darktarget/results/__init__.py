"""What all results share: a short representation, tables, summaries, citations, and lossless files."""
