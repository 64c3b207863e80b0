// Where the computer has no font with emoji, their names are shown instead of empty boxes.

function drawn(sign) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 24;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = `18px ${getComputedStyle(document.documentElement).getPropertyValue("--signs")}`;
  pen.textBaseline = "top";
  pen.fillText(sign, 2, 2);
  return pen.getImageData(0, 0, 24, 24).data.join();
}

// Two different signs look alike only where both are the box for what a font has not.
export function markMissingSigns() {
  if (drawn("\u{1F64F}") === drawn("\u{1F389}")) document.documentElement.classList.add("no-signs");
}
