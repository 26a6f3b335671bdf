"""The `marie` command: one module a command."""
