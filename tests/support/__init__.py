"""What tests stand on: databases, a clock, the running service, a browser. No test is in here."""
