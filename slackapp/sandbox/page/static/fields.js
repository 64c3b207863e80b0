// Form fields in messages, modals and on the Home tab: what is in them, and telling the server when it changes.

export const fieldOf = (node) => node.closest("[data-block][data-kind]:not([data-press])");

// What a person has chosen or written, in the form the server expects: a text, or a list of values.
export function valueOf(field) {
  const ticked = [...field.querySelectorAll("input[type=checkbox], input[type=radio]")].filter((one) => one.checked);
  if (field.matches(".ticks[role=radiogroup]")) return ticked[0]?.value ?? "";
  if (field.matches(".picker, .ticks")) return ticked.map((one) => one.value);
  if (field.matches("[type=file]")) return [...field.files].map((one) => `${one.name} ${one.size} ${one.lastModified}`);
  if (field.matches("select[multiple]")) return [...field.selectedOptions].map((one) => one.value);
  return field.value;
}

// The same with what is in the files that were chosen.
export async function contentOf(field) {
  if (!field.matches("[type=file]")) return valueOf(field);
  return Promise.all([...field.files].map(async (one) => ({ name: one.name, base64: await inBase64(one) })));
}

function inBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

export const fieldsIn = (root) => [...root.querySelectorAll("[data-block][data-kind]:not([data-press])")];

const searched = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function filter(list, query) {
  const wanted = searched(query);
  let any = false;
  for (const row of list) {
    row.hidden = Boolean(wanted) && !searched(row.textContent).includes(wanted);
    any ||= !row.hidden;
  }
  return any;
}

// A list of people to choose several from: the chosen ones stand above as buttons that take them away again.
export function drawChips(picker, words) {
  const chips = picker.querySelector(".chips");
  const ticked = [...picker.querySelectorAll("input[type=checkbox]:checked")];
  const most = Number(picker.dataset.most || Infinity);
  for (const box of picker.querySelectorAll("input[type=checkbox]"))
    box.disabled = !box.checked && ticked.length >= most;
  const wanted = ticked.map((box) => box.value).join(" ");
  if (chips.dataset.drawn === wanted) return;
  chips.dataset.drawn = wanted;
  chips.replaceChildren(
    ...ticked.map((box) => {
      const name = box.parentElement.querySelector("span").textContent;
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = `${name} ×`;
      chip.setAttribute("aria-label", words.remove.replace("{name}", name));
      chip.addEventListener("click", () => {
        box.checked = false;
        box.dispatchEvent(new Event("change", { bubbles: true }));
        picker.querySelector("[data-filter]").focus();
      });
      return chip;
    }),
  );
}

export function wirePickers(root, words) {
  for (const picker of root.querySelectorAll(".picker")) drawChips(picker, words);
}

export function wireFilters(words) {
  document.addEventListener("input", (event) => {
    const box = event.target.closest("[data-filter]");
    if (!box) return;
    const picker = box.closest(".picker");
    picker.querySelector(".none").hidden = filter(picker.querySelectorAll(".choice"), box.value);
  });
  // Enter in the search takes the only, or the first, one that is shown; it must not send the form.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-filter]")) return;
    event.preventDefault();
    const first = event.target.closest(".picker").querySelector(".choice:not([hidden]) input:not(:disabled)");
    if (!first || !event.target.value) return;
    first.checked = true;
    first.dispatchEvent(new Event("change", { bubbles: true }));
    event.target.value = "";
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const picker = event.target.closest(".picker");
    if (picker) drawChips(picker, words);
  });
}
