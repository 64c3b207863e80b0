// Everything this page asks of its server: one address each, always as the person one is being.

const person = () => encodeURIComponent(document.body.dataset.user);

async function ask(address, body) {
  const answer = await fetch(
    address,
    body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) },
  );
  const text = await answer.text();
  let said = {};
  try {
    said = text ? JSON.parse(text) : {};
  } catch {
    said = { words: text };
  }
  if (!answer.ok) throw new Error(said.words || said.error || text);
  return said;
}

export const scene = (place, thread, looking) =>
  ask(`/page/${person()}/scene?${new URLSearchParams({ place, thread, looking: looking ? "1" : "0" })}`);
export const entry = (number) => ask(`/page/${person()}/entry/${number}`);
export const moves = (place) => ask(`/page/${person()}/moves?${new URLSearchParams({ place })}`);
export const act = (body) => ask(`/page/${person()}/act`, body);
export const type = (place, text) => ask(`/person/${person()}/type`, { place, text });
export const suggest = (body) => ask(`/page/${person()}/suggest`, body);
export const reply = (place, text, thread) => ask(`/page/${person()}/reply`, { place, text, thread_ts: thread });
// Looking at a place is something a person does: the app hears of it when the place is its Home.
export const look = (place) => ask(`/person/${person()}/screen?${new URLSearchParams({ place })}`);
export const submit = () => ask(`/person/${person()}/submit`, {});
export const dismiss = () => ask(`/person/${person()}/dismiss`, {});
export const react = (place, ts, emoji, remove) => ask(`/person/${person()}/react`, { place, ts, emoji, remove });
export const shortcut = (name, place, ts) => ask(`/person/${person()}/shortcut`, ts ? { name, place, ts } : { name, place });
export const tour = (what) => ask(`/page/${person()}/tour`, { do: what });
export const move = (body) => ask(`/page/${person()}/move`, body);

// A browser keeps only six connections to one address, so a window that nobody looks at does not listen.
export function listen(changed, lost) {
  let stream = null;
  const stop = () => {
    stream?.close();
    stream = null;
  };
  const start = () => {
    if (stream || document.visibilityState !== "visible") return;
    stream = new EventSource(`/page/${person()}/changes`);
    stream.addEventListener("message", () => changed());
    stream.addEventListener("open", () => lost(false));
    stream.addEventListener("error", () => lost(true));
  };
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? start() : stop()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", start);
  start();
}
