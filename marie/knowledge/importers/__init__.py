"""Reads what publishers release, one module a layout: files in, checked resources out. Pure.

Nothing here knows the database: `marie.services.imports` compares what was read with what is
there, and applies it.
"""
