"""The web page of the sandbox: what a person sees of it, drawn on the server."""
