"""A person who uses the sandbox's screen."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx


class Screen(dict[str, Any]):
    """What a person's screen shows."""

    @property
    def texts(self) -> str:
        """Every text on the screen."""
        modal = self["modal"]
        in_modal = [modal["title"], modal["text"], str(modal["errors"])] if modal else []
        return "\n".join([*(message["text"] for message in self["messages"]), *in_modal])


class Human:
    """A person at a screen, who types, presses and reads."""

    def __init__(self, http: httpx.Client, user: str) -> None:
        self._http, self.user = http, user

    def does(self, action: str, **body: object) -> None:
        """One request of the person API, which must be accepted."""
        answer = self._http.post(f"/person/{self.user}/{action}", json=body)
        assert answer.status_code == 200, (action, body, answer.text)

    def types(self, text: str, place: str = "dm") -> None:
        self.does("type", place=place, text=text)

    def presses(self, label: str, within: str | None = None) -> None:
        self.does("press", label=label, **({"within": within} if within else {}))

    def fills(self, label: str, value: object) -> None:
        self.does("fill", label=label, value=value)

    def submits(self) -> None:
        self.does("submit")

    def uses_shortcut(self, name: str) -> None:
        self.does("shortcut", name=name)

    def screen(self, place: str = "dm") -> Screen:
        answer = self._http.get(f"/person/{self.user}/screen", params={"place": place})
        assert answer.status_code == 200, answer.text
        return Screen(answer.json())

    def sees(self, text: str, place: str = "dm", seconds: float = 15.0) -> Screen:
        """Wait until a text is on the screen."""
        return self.waits(lambda screen: text in screen.texts, place, seconds)

    def _last_calls(self) -> str:
        lines = self._http.get("/control/journal").text.splitlines()[-8:]
        return "; ".join(
            f"{call['method']} {json.dumps(call['response'])[:200]}" for call in map(json.loads, lines)
        )

    def waits(self, until: Callable[[Screen], bool], place: str = "dm", seconds: float = 15.0) -> Screen:
        """Poll the screen until a condition holds; fails with what is shown when time is up."""
        deadline = time.monotonic() + seconds
        while not until(screen := self.screen(place)):
            assert time.monotonic() < deadline, (
                f"not seen in {seconds} s; the screen shows: {json.dumps(screen)}; it is"
                f" {self._http.get('/control/clock').text}; the app's last calls: {self._last_calls()}"
            )
            threading.Event().wait(0.02)
        return screen
