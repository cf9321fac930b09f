"""What runs: the champions of regulars behind an HTTP interface."""
