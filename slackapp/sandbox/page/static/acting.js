// Acting: pressing and filling, by the block and action of an element; sending and closing a form.

import { at, draw, drawn, idOf, modal, sent } from "/page/static/drawing.js";
import { contentOf, fieldsIn, valueOf } from "/page/static/fields.js";
import { attempt, words } from "/page/static/saying.js";
import * as server from "/page/static/server.js";
import { agreed, open } from "/page/static/sheets.js";

let dismissing = false;

export async function perform(element, value) {
  if (element.dataset.confirm && !(await agreed(JSON.parse(element.dataset.confirm)))) return;
  element.setAttribute("aria-busy", "true");
  const { within, block, action } = element.dataset;
  await attempt(() => server.act({ place: at.place, within, block_id: block, action_id: action, value }));
  element.setAttribute("aria-busy", "false");
  await attempt(draw);
}

export async function press(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.closest("details")?.removeAttribute("open");
  if (button.closest("#modal")) await attempt(flush);
  if (button.dataset.url) window.open(button.dataset.url, "_blank", "noopener");
  await perform(button, button.dataset.value ?? "");
}

export async function fill(field) {
  const known = JSON.stringify(valueOf(field));
  if (sent.get(idOf(field)) === known) return;
  sent.set(idOf(field), known);
  const { within, block, action } = field.dataset;
  const value = await contentOf(field);
  await server.act({ place: at.place, within, block_id: block, action_id: action, value });
}

// Before a modal is sent, whatever its fields hold and the server does not know yet.
async function flush() {
  for (const field of fieldsIn(modal)) await fill(field);
}

export async function submit(form) {
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  const working = form.querySelector(".working");
  const slow = setTimeout(() => (working.textContent = words.sending), 400);
  await attempt(async () => {
    await flush();
    await server.submit();
  });
  clearTimeout(slow);
  working.textContent = "";
  form.setAttribute("aria-busy", "false");
  await attempt(draw);
  modal.querySelector(".wrong :is(input, select, textarea)")?.focus();
}

export async function dismiss() {
  if (dismissing) return;
  dismissing = true;
  await attempt(server.dismiss);
  dismissing = false;
  await attempt(draw);
  if (drawn.modal?.trim()) open(modal);
}
