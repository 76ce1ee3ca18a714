"""PostgreSQL: a pool of connections, each write a transaction of its own."""
