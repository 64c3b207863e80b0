"""Send every queued message: claim it, render it, send it, record the result."""

from slackapp.delivery.recording import Harmless
from slackapp.delivery.worker import DeliveryWorker, delete_idle_limits

__all__ = ["DeliveryWorker", "Harmless", "delete_idle_limits"]
