"""From an accepted event to applied effects, surviving crashes: store, reconciliation, sending, queues, alerts."""
