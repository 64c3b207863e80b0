// Drawing: fetch the fragments and bring the page to them. Changes that come meanwhile are drawn once more after.

import { fieldsIn, valueOf, wirePickers } from "/page/static/fields.js";
import { morph } from "/page/static/morph.js";
import { words } from "/page/static/saying.js";
import * as server from "/page/static/server.js";
import { hidePanel, open, showPanel } from "/page/static/sheets.js";

// Where one is, and what the server has drawn of it.
export const at = { place: document.body.dataset.place, thread: "" };
export const drawn = {};
export const modal = document.getElementById("modal");
// What the server knows of the fields that one fills, by the field.
export const sent = new Map();
export const idOf = (field) => `${field.dataset.within} ${field.dataset.block} ${field.dataset.action}`;

let drawing = null;
let again = false;

export async function draw() {
  if (drawing) {
    again = true;
    return drawing;
  }
  drawing = drawOnce().finally(() => {
    drawing = null;
  });
  await drawing;
  if (again) {
    again = false;
    await draw();
  }
}

async function drawOnce() {
  const place = at.place;
  const { fragments } = await server.scene(place, at.thread, document.visibilityState === "visible");
  if (place !== at.place) {
    again = true;
    return;
  }
  const log = document.getElementById("place");
  const below = place !== "home" && log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  for (const [name, html] of Object.entries(fragments)) {
    if (drawn[name] === html) continue;
    drawn[name] = html;
    if (name === "modal") drawModal(html);
    else morph(document.getElementById(name), html);
    if (name === "clock") morph(document.getElementById("clock-phone"), html);
  }
  wirePickers(document, words);
  if (below) log.scrollTop = log.scrollHeight;
  drawThread();
}

function drawModal(html) {
  const before = modal.querySelector("form")?.dataset.key;
  morph(modal, html);
  const form = modal.querySelector("form");
  if (!form) {
    sent.clear();
    if (modal.open) modal.close();
    return;
  }
  open(modal);
  if (form.dataset.key === before) return;
  sent.clear();
  for (const field of fieldsIn(form)) sent.set(idOf(field), JSON.stringify(valueOf(field)));
  const first = form.querySelector("[autofocus], .sheet-body :is(input, select, textarea), button");
  first?.focus();
}

function drawThread() {
  const panel = document.getElementById("thread-panel");
  const has = Boolean(at.thread && drawn.thread?.trim());
  document.body.classList.toggle("has-thread", has);
  if (has && panel.hidden) showPanel(panel, document.activeElement);
  if (!has && !panel.hidden) {
    hidePanel(panel);
    panel.hidden = true;
  }
}
