// Where one writes: commands are completed after "/", people after "@", and a command's usage hint stays in view.

const searched = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export class Composer {
  constructor(form, { people, commands, send }) {
    this.form = form;
    this.box = form.querySelector("textarea");
    this.list = form.querySelector("[role=listbox]");
    this.hint = form.querySelector(".hint");
    this.people = people;
    this.commands = commands;
    this.send = send;
    this.chosen = 0;
    this.offered = [];
    this.box.addEventListener("input", () => this.look());
    this.box.addEventListener("click", () => this.look());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => this.offer([]));
    this.rowId = `${this.list.id}-`;
    this.list.addEventListener("mousedown", (event) => this.pick(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  look() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 200)}px`;
    const before = this.box.value.slice(0, this.box.selectionStart);
    const command = before.match(/^\/\S*$/);
    const person = before.match(/(?:^|\s)@([^\s@]*(?: [^\s@]*)?)$/);
    if (command) this.offer(this.matchingCommands(command[0]));
    else if (person) this.offer(this.matchingPeople(person[1]));
    else this.offer([]);
    this.showHint();
  }

  matchingCommands(begun) {
    return this.commands
      .filter((one) => one.name.startsWith(begun.toLowerCase()))
      .map((one) => ({ text: `${one.name} `, title: one.name, about: one.description, from: 0 }));
  }

  matchingPeople(begun) {
    const wanted = searched(begun);
    const from = this.box.selectionStart - begun.length - 1;
    // A name that begins so comes before one that merely holds it, and both before a title.
    const far = (one) => {
      if (` ${searched(one.name)}`.includes(` ${wanted}`)) return 0;
      return searched(`${one.name} ${one.handle}`).includes(wanted) ? 1 : 2;
    };
    return this.people
      .filter((one) => searched(`${one.name} ${one.handle} ${one.title}`).includes(wanted))
      .sort((one, other) => far(one) - far(other))
      .slice(0, 6)
      .map((one) => ({ text: `@${one.handle} `, title: one.name, about: one.title, from }));
  }

  offer(offered) {
    this.offered = offered;
    this.chosen = 0;
    this.list.hidden = offered.length === 0;
    this.list.replaceChildren(
      ...offered.map((one, place) => {
        const row = document.createElement("li");
        row.id = `${this.rowId}${place}`;
        row.role = "option";
        const [title, about] = [document.createElement("strong"), document.createElement("span")];
        title.textContent = one.title;
        about.textContent = one.about;
        about.className = "small muted";
        row.append(title, " ", about);
        return row;
      }),
    );
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === this.chosen)));
    const row = this.list.children[this.chosen];
    if (row) this.box.setAttribute("aria-activedescendant", row.id);
    else this.box.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (this.offered.length && step) {
      this.chosen = (this.chosen + step + this.offered.length) % this.offered.length;
      this.mark();
    } else if (this.offered.length && event.key === "Escape") this.offer([]);
    else if (this.offered.length && (event.key === "Tab" || event.key === "Enter") && !this.complete()) this.take(this.chosen);
    else if (event.key === "Enter" && !event.shiftKey) this.submit();
    else return;
    event.preventDefault();
  }

  // A command typed in full is sent by Enter, not completed once more.
  complete() {
    return this.offered.length === 1 && this.box.value === this.offered[0].text.trim();
  }

  pick(event) {
    event.preventDefault();
    const row = event.target.closest("li");
    if (row) this.take([...this.list.children].indexOf(row));
  }

  take(place) {
    const { text, from } = this.offered[place];
    this.box.setRangeText(text, from, this.box.selectionStart, "end");
    this.offer([]);
    this.box.focus();
    this.showHint();
  }

  // Words to begin with, for the person to read, change and send.
  begin(text) {
    this.box.value = text;
    this.box.focus();
    this.look();
    this.offer([]);
  }

  showHint() {
    const command = this.commands.find((one) => this.box.value.startsWith(`${one.name} `));
    this.hint.textContent = command?.hint ? `${command.name} ${command.hint}` : "";
  }

  async submit() {
    const text = this.box.value.trim();
    if (!text || this.form.getAttribute("aria-busy") === "true") return;
    this.form.setAttribute("aria-busy", "true");
    try {
      if (!(await this.send(text))) return;
      this.box.value = "";
      this.look();
    } finally {
      this.form.setAttribute("aria-busy", "false");
      this.box.focus();
    }
  }
}
