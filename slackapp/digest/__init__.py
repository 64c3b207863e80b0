"""What a leader does with a digest: promise, share, ask less often."""
