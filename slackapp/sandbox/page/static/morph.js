// Brings the page's tree to what the server drew, touching only what differs, so that focus, scrolling, open
// details and everything half written stay. Elements with the same data-key are the same element.

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id : "");

// What the browser or this page's script owns is left alone.
const ownedHere = (element, name) =>
  (name === "open" && element.tagName === "DETAILS") ||
  (name === "hidden" && (element.classList.contains("choice") || element.classList.contains("none"))) ||
  name === "aria-busy";

export function morph(target, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  children(target, fresh.content);
}

function children(old, fresh) {
  const known = new Map();
  for (const child of old.children) if (keyOf(child)) known.set(keyOf(child), child);
  const wanted = new Set([...fresh.children].map(keyOf).filter(Boolean));
  let cursor = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    while (cursor && keyOf(cursor) && !wanted.has(keyOf(cursor))) cursor = removed(cursor);
    const match = keyOf(node) ? known.get(keyOf(node)) : cursor;
    if (!match || !alike(match, node)) {
      old.insertBefore(node, cursor);
      continue;
    }
    if (match === cursor) cursor = cursor.nextSibling;
    else old.insertBefore(match, cursor);
    update(match, node);
  }
  while (cursor) cursor = removed(cursor);
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

const alike = (old, fresh) =>
  old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);

function update(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.isEqualNode(fresh) || "mine" in old.dataset || old.closest(".outside select")) return;
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && !ownedHere(old, name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value && !ownedHere(old, name)) old.setAttribute(name, value);
  children(old, fresh);
}
