"""Privacy: export, erasure, retention and legal holds."""
