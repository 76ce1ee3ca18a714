"""What goes on beside the requests: maintenance, retention, outbox handlers, invalidation."""
