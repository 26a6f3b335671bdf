"""What Marie remembers: SQLAlchemy over SQLite or PostgreSQL."""
