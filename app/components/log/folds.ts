import type { LogLine } from './log-lines.ts';

/** What a person opened (true) or closed (false), by the seq of its line; all else is as it is by itself. */
export type Folds = ReadonlyMap<number, boolean>;

/** Is this fold open? Iterations are, and what failed; a call is once somebody opens it or is led to it. */
export function isOpen(line: LogLine, folds: Folds, marked = false): boolean {
  return folds.get(line.seq) ?? (marked || line.kind === 'iteration' || line.kind === 'error' || line.failed !== undefined);
}

/** The lines that are seen: what is under the header of a closed iteration is not, but for the factory's own. */
export function unfolded(lines: LogLine[], folds: Folds): LogLine[] {
  if (folds.size === 0) return lines;
  let closed = false;
  return lines.filter((line) => {
    if (line.kind === 'iteration') {
      closed = !isOpen(line, folds);
      return true;
    }
    const hidden = closed && line.kind !== 'factory';
    if (line.event.type === 'iteration.finished') closed = false;
    return !hidden;
  });
}

/** The folds with all open that holds a line. @param index of the line among all of them */
export function reveal(lines: readonly LogLine[], folds: Folds, index: number): Folds {
  const line = lines[index];
  if (!line) return folds;
  const next = new Map(folds).set(line.seq, true);
  const header = lines.findLast((each, at) => at <= index && each.kind === 'iteration');
  if (header) next.delete(header.seq);
  return next;
}
