"""The sandbox's web page, rendered on the server."""
