// Windows over the page. The browser's own <dialog> keeps the focus inside and gives it back.

const phone = matchMedia("(max-width: 719px)");

export function open(sheet) {
  if (!sheet.open) sheet.showModal();
}

export function wireSheets() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(document.getElementById(opener.dataset.open));
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    const backdrop = event.target.tagName === "DIALOG" && event.target.id !== "modal";
    if (backdrop) event.target.close();
  });
}

// The side list, the thread and the inspector: beside the conversation on a wide screen, over it on a narrow one.
let restore = null;

export function showPanel(panel, opener) {
  panel.hidden = false;
  panel.classList.add("open");
  tellOpener(panel, true);
  if (!phone.matches && panel.id === "side-panel") return;
  if (phone.matches) {
    for (const other of besides(panel)) other.inert = true;
    restore = opener;
    (panel.querySelector("[aria-current], button, a") || panel).focus();
  }
}

export function hidePanel(panel) {
  if (!panel.classList.contains("open")) return;
  panel.classList.remove("open");
  tellOpener(panel, false);
  for (const other of besides(panel)) other.inert = false;
  if (phone.matches && restore?.isConnected) restore.focus();
  restore = null;
}

// The menu's button says whether the side list is there.
function tellOpener(panel, isOpen) {
  if (panel.id === "side-panel") document.querySelector(".menu-button").setAttribute("aria-expanded", String(isOpen));
}

const besides = (panel) => [...document.querySelectorAll(".strip, .main, .side, .panel")].filter((one) => one !== panel);

export function openPanels() {
  return phone.matches ? [...document.querySelectorAll(".side.open, .panel.open")] : [];
}

export const isPhone = () => phone.matches;

// Asks before something is done, in the app's own words; resolves to whether the person agreed.
export function agreed(words) {
  const sheet = document.getElementById("confirm-sheet");
  sheet.querySelector("#confirm-title").textContent = words.title;
  sheet.querySelector("#confirm-words").textContent = words.text;
  const [deny, agree] = [sheet.querySelector("[data-deny]"), sheet.querySelector("[data-agree]")];
  [deny.textContent, agree.textContent] = [words.deny, words.confirm];
  agree.classList.toggle("danger", words.style === "danger");
  open(sheet);
  return new Promise((resolve) => {
    const end = (answer) => () => {
      sheet.removeEventListener("close", refuse);
      if (sheet.open) sheet.close();
      resolve(answer);
    };
    const refuse = end(false);
    deny.onclick = refuse;
    agree.onclick = end(true);
    sheet.addEventListener("close", refuse);
  });
}
