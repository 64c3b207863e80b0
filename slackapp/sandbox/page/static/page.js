// The page: where one goes, what is pressed, and what is heard from the server.

import { dismiss, fill, perform, press, submit } from "/page/static/acting.js";
import { Composer } from "/page/static/composer.js";
import { at, draw, modal } from "/page/static/drawing.js";
import { fieldOf, filter, valueOf, wireFilters } from "/page/static/fields.js";
import { attempt, say, words } from "/page/static/saying.js";
import * as server from "/page/static/server.js";
import { hidePanel, isPhone, open, openPanels, showPanel, wireSheets } from "/page/static/sheets.js";
import { markMissingSigns } from "/page/static/signs.js";
import { drawMoves, moveTime } from "/page/static/time.js";

const body = document.body;
const lost = document.getElementById("lost");

function go(place, thread = "") {
  Object.assign(at, { place, thread });
  body.dataset.place = place;
  history.replaceState(null, "", `/?${new URLSearchParams({ as: body.dataset.user, place })}`);
  fitComposer();
  for (const panel of openPanels()) hidePanel(panel);
  document.getElementById("place").scrollTop = 1e9;
  return attempt(async () => {
    await server.look(place);
    await draw();
    const log = document.getElementById("place");
    log.scrollTop = place === "home" ? 0 : log.scrollHeight;
    const first = thread && !isPhone() ? "thread-composer-words" : "place-name";
    if (!(thread && isPhone())) document.getElementById(first).focus({ preventScroll: true });
  });
}

function become(user, name, place = at.place === "home" ? "home" : "dm") {
  sessionStorage.setItem("said", words.colleague.replace("{name}", name));
  location.assign(`/?${new URLSearchParams({ as: user, place })}`);
}

// [Show me] of the tour: be the person, go to the place, and there bring the words or the button before the eyes.
async function showMe(one) {
  const { person, place, name } = one.dataset;
  if (person !== body.dataset.user) {
    sessionStorage.setItem("shown", JSON.stringify({ ...one.dataset }));
    become(person, name, place);
    return;
  }
  await go(place);
  pointOut(one.dataset);
}

function pointOut({ typed, pointsAt }) {
  if (typed) composer.begin(typed);
  if (!pointsAt) return;
  const found = [...document.querySelectorAll("#place button")].filter((one) => one.textContent.trim() === pointsAt);
  found.at(-1)?.scrollIntoView({ block: "center" });
  found.at(-1)?.focus();
}

let more = "";

const clicks = {
  "[data-press]": press,
  "[data-go]": (one) => go(one.dataset.go),
  "[data-dismiss]": dismiss,
  "[data-thread]": (one) => go(at.place, one.dataset.thread),
  "[data-close-thread]": () => go(at.place),
  "[data-react]": (one) => {
    const ts = one.closest("[data-ts]").dataset.ts;
    const remove = one.getAttribute("aria-pressed") === "true";
    attempt(() => server.react(at.place, ts, one.dataset.react, remove)).then(() => attempt(draw));
  },
  "[data-more]": (one) => {
    more = one.dataset.more;
    open(document.getElementById("more-sheet"));
  },
  "[data-offer]": (one) => {
    document.getElementById("more-sheet").close();
    attempt(() => server.react(at.place, more, one.dataset.offer)).then(() => attempt(draw));
  },
  "[data-open-thread]": () => {
    document.getElementById("more-sheet").close();
    go(at.place, more);
  },
  "[data-message-shortcut]": (one) => {
    document.getElementById("more-sheet").close();
    attempt(() => server.shortcut(one.dataset.messageShortcut, at.place, more)).then(() => attempt(draw));
  },
  "[data-shortcut]": (one) => {
    for (const panel of openPanels()) hidePanel(panel);
    attempt(() => server.shortcut(one.dataset.shortcut, at.place)).then(() => attempt(draw));
  },
  "[data-zoom]": (one) => {
    const picture = one.querySelector("img");
    Object.assign(document.getElementById("zoomed"), { src: picture.src, alt: picture.alt });
    document.getElementById("zoom-words").textContent = picture.alt;
    open(document.getElementById("zoom"));
  },
  "[data-become]": (one) => become(one.dataset.become, one.querySelector("strong").textContent),
  "[data-now]": (one) => moveTime({ now: one.dataset.now }),
  "[data-advance]": (one) => moveTime({ advance: Number(one.dataset.advance) }),
  "[data-open=moves-sheet]": () => {
    document.getElementById("moved").textContent = "";
    attempt(drawMoves);
  },
  "[data-tour]": (one) => attempt(() => server.tour(one.dataset.tour)).then(() => attempt(draw)),
  "[data-show]": showMe,
  "[data-menu]": (one) => {
    const side = document.getElementById("side-panel");
    if (side.classList.contains("open")) hidePanel(side);
    else showPanel(side, one);
  },
  "[data-inspector]": (one) => toggleInspector(one),
};

function toggleInspector(opener) {
  const panel = document.getElementById("inspector-panel");
  const side = document.getElementById("side-panel");
  if (isPhone()) {
    const opening = !panel.classList.contains("open");
    hidePanel(opening ? side : panel);
    if (opening) showPanel(panel, document.querySelector(".menu-button"));
    return;
  }
  const folded = !body.classList.contains("no-inspector");
  fold(folded);
  localStorage.setItem("inspector", folded ? "folded" : "open");
  if (folded && opener.closest(".panel")) document.querySelector(".strip [data-inspector]").focus();
}

function fold(folded) {
  body.classList.toggle("no-inspector", folded);
  for (const one of document.querySelectorAll(".strip [data-inspector]")) one.setAttribute("aria-expanded", String(!folded));
}

document.addEventListener("click", (event) => {
  for (const [what, does] of Object.entries(clicks)) {
    const found = event.target.closest(what);
    if (!found) continue;
    if (found.tagName === "A") {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
    }
    does(found);
    return;
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-filter]")) return;
  const field = fieldOf(event.target);
  if (!field) return;
  if (field.dataset.confirm) perform(field, valueOf(field));
  else attempt(() => fill(field)).then(() => (field.dataset.within === "modal" ? undefined : attempt(draw)));
});

// A list from outside: what is typed goes to the app, what it answers is what can be chosen.
let asking = 0;
document.addEventListener("input", (event) => {
  const box = event.target;
  if (!box.matches("[data-suggest]")) return;
  clearTimeout(asking);
  if (box.value.length < Number(box.dataset.least)) return;
  asking = setTimeout(() => attempt(() => suggest(box)), 250);
});

async function suggest(box) {
  const list = document.getElementById(box.dataset.suggest);
  const { within, block, action } = list.dataset;
  const order = { place: at.place, within, block_id: block, action_id: action, value: box.value };
  const { options } = await server.suggest(order);
  const kept = [...list.selectedOptions].filter((one) => one.value);
  const held = new Set(kept.map((one) => one.value));
  const found = options.filter(([value]) => !held.has(value)).map(([value, said]) => new Option(said, value));
  const blank = list.multiple ? [] : [new Option(words.choose, "")];
  list.replaceChildren(...blank, ...kept, ...found);
}

// What was said in an entry of the inspector is fetched when it is opened.
document.addEventListener(
  "toggle",
  (event) => {
    const said = event.target.querySelector?.(":scope > .said");
    if (!said || !event.target.open || said.hasChildNodes()) return;
    attempt(async () => {
      said.innerHTML = (await server.entry(event.target.dataset.entry)).html;
    });
  },
  true,
);

document.addEventListener("submit", (event) => {
  if (!event.target.closest("#modal")) return;
  event.preventDefault();
  submit(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  for (const panel of openPanels()) {
    if (panel.id === "thread-panel") go(at.place);
    else hidePanel(panel);
  }
});

modal.addEventListener("cancel", (event) => {
  event.preventDefault();
  dismiss();
});
// The browser closes a window at the second Esc whatever the page says; the app hears of that too.
modal.addEventListener("close", () => {
  if (modal.querySelector("form")) dismiss();
});

document.getElementById("people-filter").addEventListener("input", (event) => {
  filter(document.querySelectorAll("#people-list > li"), event.target.value);
});

// Writing: in the place, or in the open thread, where commands do not work.

async function send(work) {
  const sent = await attempt(async () => {
    await work();
    return true;
  }, words.sending);
  await attempt(draw);
  return sent;
}

const people = JSON.parse(body.dataset.people);
const composer = new Composer(document.getElementById("composer"), {
  people,
  commands: JSON.parse(body.dataset.commands),
  send: async (text) => {
    const sent = await send(() => server.type(at.place, text));
    const log = document.getElementById("place");
    log.scrollTop = log.scrollHeight;
    return sent;
  },
});
new Composer(document.getElementById("thread-composer"), {
  people,
  commands: [],
  send: (text) => send(() => server.reply(at.place, text, at.thread)),
});

function fitComposer() {
  const onlyCommands = at.place === "dm" && body.dataset.readOnly === "true";
  composer.form.hidden = at.place === "home";
  composer.box.placeholder = onlyCommands ? words.onlyCommands : words.write;
}

fitComposer();
markMissingSigns();
wireSheets();
wireFilters(words);
// The inspector is folded until it is asked for. Where there is no room beside the conversation, it lies over it.
const narrow = matchMedia("(max-width: 1099px)");
fold(narrow.matches || localStorage.getItem("inspector") !== "open");
narrow.addEventListener("change", () => narrow.matches && fold(true));
say(sessionStorage.getItem("said") ?? "");
sessionStorage.removeItem("said");
document.addEventListener("visibilitychange", () => attempt(draw));
// The clock runs on while nothing else changes.
setInterval(() => document.visibilityState === "visible" && lost.hidden && attempt(draw), 30_000);
// Changes that come in a rush, as when time moves, are drawn together.
let soon = 0;
server.listen(
  () => {
    soon ||= setTimeout(() => {
      soon = 0;
      attempt(draw);
    }, 60);
  },
  (gone) => {
    lost.hidden = !gone;
  },
);
attempt(async () => {
  await server.look(at.place);
  await draw();
}).then(() => {
  const log = document.getElementById("place");
  if (at.place !== "home") log.scrollTop = log.scrollHeight;
  const shown = sessionStorage.getItem("shown");
  sessionStorage.removeItem("shown");
  if (shown) pointOut(JSON.parse(shown));
  body.dataset.ready = "true";
});
