"""Measures this service beside others on one machine in one run: `python -m tests.bench [--quick]`."""
