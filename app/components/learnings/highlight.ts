/** Of a word's letters so many must be the same from the start: endings differ. */
const STEM_MIN = 4;
const ENDING_MAX = 4;

/** A text in pieces, those that the query names marked; the pieces joined are the text. */
export function highlight(text: string, q: string): { text: string; hit: boolean }[] {
  const asked = wordsOf(q).map(({ word }) => word);
  const pieces: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (const { word, start, end } of wordsOf(text)) {
    if (!asked.some((other) => alike(word, other))) continue;
    if (start > from) pieces.push({ text: text.slice(from, start), hit: false });
    pieces.push({ text: text.slice(start, end), hit: true });
    from = end;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}

function wordsOf(text: string): { word: string; start: number; end: number }[] {
  return [...text.matchAll(/[\p{L}\p{N}_]+/gu)].map((found) => ({ word: found[0].toLowerCase(), start: found.index, end: found.index + found[0].length }));
}

/** The same, or of the same stem: “migrate” and “migrations”. */
function alike(a: string, b: string): boolean {
  if (a === b) return a.length > 1;
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same += 1;
  return same >= STEM_MIN && Math.max(a.length, b.length) - same <= ENDING_MAX;
}
