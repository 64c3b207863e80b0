"""The practice hospital: the app and the sandbox in one process, with a history that makes sense."""
