"""Conversations, messages, leads, people, in plain Python: no I/O, no clock."""
