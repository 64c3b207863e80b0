// Moving time, and telling what was done on the way.

import { at, draw } from "/page/static/drawing.js";
import { morph } from "/page/static/morph.js";
import { attempt, words } from "/page/static/saying.js";
import * as server from "/page/static/server.js";

export async function moveTime(order) {
  const moved = document.getElementById("moved");
  const buttons = [...document.querySelectorAll("#moves button")];
  for (const one of buttons) one.disabled = true;
  moved.textContent = words.moving;
  const done = await attempt(() => server.move(order), words.moving);
  for (const one of buttons) one.disabled = false;
  moved.replaceChildren(...(done ? wentBy(done) : []));
  await attempt(draw);
  await attempt(drawMoves);
}

const moment = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, {
  ...{ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  timeZone: document.body.dataset.zone,
});

function wentBy(done) {
  // Many messages that go out in the same minute are one line.
  const lines = new Set((done.done ?? []).map((one) => `${moment.format(new Date(one.at))}: ${one.label}`));
  const items = [...lines].map((line) => {
    const row = document.createElement("li");
    row.textContent = line;
    return row;
  });
  const said = document.createElement("p");
  said.textContent = items.length ? words.done : words.nothing;
  const list = document.createElement("ul");
  list.append(...items);
  return items.length ? [said, list] : [said];
}

export async function drawMoves() {
  const { html } = await server.moves(at.place);
  morph(document.getElementById("moves"), html);
}
