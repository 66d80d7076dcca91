"""What is kept in tables: SQLite files in the store, or one PostgreSQL that processes share."""
