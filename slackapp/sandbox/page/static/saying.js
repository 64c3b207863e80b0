// What is under way, and what did not work, said in one place that screen readers follow.

export const words = JSON.parse(document.body.dataset.words);
const note = document.getElementById("note");
let fading = 0;

export function say(text, { wrong = false } = {}) {
  clearTimeout(fading);
  if (text && !wrong) fading = setTimeout(() => say(""), 8000);
  note.textContent = text;
  note.classList.toggle("wrong-words", wrong);
}

export async function attempt(work, underWay = words.working) {
  const slow = setTimeout(() => say(underWay), 400);
  try {
    const done = await work();
    clearTimeout(slow);
    if (note.textContent === underWay) say("");
    return done;
  } catch (problem) {
    clearTimeout(slow);
    say(problem instanceof TypeError ? words.failed : problem.message || words.failed, { wrong: true });
    return undefined;
  }
}
