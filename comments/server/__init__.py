"""Our own way to serve: processes, sockets, signals, and uvicorn's public API."""
