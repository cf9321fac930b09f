"""One shop system a file: which of its columns says what, and what is odd about them."""
