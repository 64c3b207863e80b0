// A picture as a PNG with a palette: a third of the size that the browser's own PNG has, and as sharp.
// The card has seven colours and the shades between them at the edges of letters and bars.
const COLOURS = 24;

const CHECKS = Uint32Array.from({length: 256}, (_, byte) => {
  let check = byte;
  for (let bit = 0; bit < 8; bit++) check = check & 1 ? 0xedb88320 ^ (check >>> 1) : check >>> 1;
  return check >>> 0;
});

// One PNG chunk: its length, its name, what it holds, and a checksum over both.
function chunk(name, held) {
  const made = new Uint8Array(held.length + 12), view = new DataView(made.buffer);
  view.setUint32(0, held.length);
  made.set([...name].map(letter => letter.charCodeAt(0)), 4);
  made.set(held, 8);
  let check = 0xffffffff;
  for (let at = 4; at < held.length + 8; at++) check = CHECKS[(check ^ made[at]) & 255] ^ (check >>> 8);
  view.setUint32(held.length + 8, (check ^ 0xffffffff) >>> 0);
  return made;
}

// Most pixels are as the one before them, so a picture is told as runs: where each ends, and its colour.
function runsOf(pixels) {
  const runs = [];
  for (let at = 0; at < pixels.length;) {
    const colour = pixels[at];
    while (++at < pixels.length && pixels[at] === colour);
    runs.push([at, colour]);
  }
  return runs;
}

// The colours of most pixels stay as they are; every other one becomes the nearest of them.
function paletteOf(runs) {
  const counts = new Map();
  let from = 0;
  for (const [end, colour] of runs) {
    counts.set(colour, (counts.get(colour) || 0) + end - from);
    from = end;
  }
  const ordered = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || a - b);
  const kept = ordered.slice(0, COLOURS);
  return {kept, place: new Map(ordered.map(colour => [colour, nearest(kept, colour)]))};
}

function nearest(kept, colour) {
  const red = colour & 255, green = colour >> 8 & 255, blue = colour >> 16 & 255;
  let best = 0, least = Infinity;
  for (let at = 0; at < kept.length && least; at++) {
    const one = kept[at];
    const distance = (red - (one & 255)) ** 2 + (green - (one >> 8 & 255)) ** 2 + (blue - (one >> 16 & 255)) ** 2;
    if (distance < least) [best, least] = [at, distance];
  }
  return best;
}

async function squeezed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function png(pixels, width, height) {
  const runs = runsOf(pixels), {kept, place} = paletteOf(runs);
  const flat = new Uint8Array(width * height), lines = new Uint8Array((width + 1) * height);
  let from = 0;
  for (const [end, colour] of runs) {
    flat.fill(place.get(colour), from, end);
    from = end;
  }
  // Each line begins with a nought: it is stored as it is.
  for (let y = 0; y < height; y++) lines.set(flat.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, 8);
  head.setUint8(9, 3);
  const colours = Uint8Array.from(kept.flatMap(one => [one & 255, one >> 8 & 255, one >> 16 & 255]));
  return new Blob([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk("IHDR", new Uint8Array(head.buffer)),
    chunk("PLTE", colours),
    chunk("IDAT", await squeezed(lines)),
    chunk("IEND", new Uint8Array()),
  ]);
}

// The figure as base64 of a PNG, `scale` times its size.
async function drawn(figure, {width, height, scale}) {
  const image = new Image();
  image.src = await Plotly.toImage(figure, {format: "svg", width, height});
  await image.decode();
  const canvas = new OffscreenCanvas(width * scale, height * scale);
  const context = canvas.getContext("2d", {alpha: false, willReadFrequently: true});
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  const bytes = new Uint8Array(await (await png(pixels, canvas.width, canvas.height)).arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

// The figure as vector graphics, to stand in a page.
async function vector(figure, {width, height}) {
  const source = await Plotly.toImage(figure, {format: "svg", width, height});
  return decodeURIComponent(source.slice(source.indexOf(",") + 1));
}
