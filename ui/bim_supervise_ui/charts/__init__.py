"""Chart options as plain data: pure functions, so that they can be tested without a browser."""
