/** A field whose text goes to the address a moment later, and which follows the address where somebody else changes it. */
export interface SearchBox {
  text: string;
  /** What the address said last. */
  seen: string;
  /** What went to the address and was not seen there yet, oldest first. */
  written: readonly string[];
}

export function typed(box: SearchBox, text: string): SearchBox {
  return { ...box, text };
}

export function wrote(box: SearchBox, text: string): SearchBox {
  return text === box.seen && box.written.length === 0 ? box : { ...box, written: [...box.written, text] };
}

/** The address says this now: an echo of the field changes nothing in it; a link, or the way back, is followed. Pure. */
export function whenAddressSays(box: SearchBox, q: string): SearchBox {
  if (q === box.seen) return box;
  const echo = box.written.lastIndexOf(q);
  return echo < 0 ? { text: q, seen: q, written: [] } : { text: box.text, seen: q, written: box.written.slice(echo + 1) };
}
