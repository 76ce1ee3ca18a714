"""`python -m comments`, the same program as the `comments` command."""

from comments.cli import main

main()
