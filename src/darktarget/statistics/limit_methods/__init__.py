"""One statistic per file; the name is the file name with `_` written `-`."""
