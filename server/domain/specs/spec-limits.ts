/** More lines, or more lines that begin a list item, than a person writes. */
const MAX_LINES = 10_000;
const MAX_LIST_LINES = 2_000;
/** Containers (list items, quotes) within each other on one line, and of all lines together. */
const MAX_DEPTH = 32;
const MAX_DEPTH_SUM = 10_000;

const MARKER = /[ \t]*(?:(>)|(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$))/y;

/**
 * What makes a markdown parser slow, found in linear time: its work grows with the square of how deep containers nest, and a
 * few KB can hold a process for minutes (10 KB of “- - - …”: 27 s, then the stack is full).
 * @returns why the text is not parsed, as the end of a sentence; null where it is
 */
export function findExcess(markdown: string): string | null {
  return locateExcess(markdown)?.why ?? null;
}

/** As findExcess, with the line, counted from 1, at which it became too much. */
export function locateExcess(markdown: string): { why: string; line: number } | null {
  const lines = markdown.split(/\r\n?|\n/);
  if (lines.length > MAX_LINES) return { why: `it has over ${MAX_LINES} lines`, line: MAX_LINES + 1 };
  let listLines = 0;
  let depthSum = 0;
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const { depth, isList } = measure(text);
    if (depth > MAX_DEPTH) return { why: `it nests lists or quotes more than ${MAX_DEPTH} deep`, line };
    if (isList) listLines += 1;
    depthSum += depth;
    if (listLines > MAX_LIST_LINES) return { why: `it has over ${MAX_LIST_LINES} lines of lists`, line };
    if (depthSum > MAX_DEPTH_SUM) return { why: 'it nests too many lists or quotes', line };
  }
  return null;
}

/** Markers at the line's begin; before a list's marker two columns of indentation may be a level that earlier lines opened. */
function measure(line: string): { depth: number; isList: boolean } {
  let depth = 0;
  let isList = false;
  MARKER.lastIndex = 0;
  for (let match = MARKER.exec(line); match && depth <= MAX_DEPTH; match = MARKER.exec(line)) {
    depth += 1;
    isList ||= match[1] === undefined;
  }
  if (isList) {
    const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
    depth += Math.floor(indent.replaceAll('\t', '    ').length / 2);
  }
  return { depth, isList };
}
