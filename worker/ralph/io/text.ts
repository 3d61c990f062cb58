import { EVENT_TEXT_MAX } from '../../../server/contracts/run-events.ts';

/** Cuts to what one event may carry; keeps the beginning. */
export function cutText(text: string): { text: string; truncated?: true } {
  if (text.length <= EVENT_TEXT_MAX) return { text };
  return { text: `${text.slice(0, EVENT_TEXT_MAX)}\n… (cut)`, truncated: true };
}

/** Cuts to what one event may carry; keeps the end, where a failure is explained. */
export function cutTail(text: string): { text: string; truncated?: true } {
  if (text.length <= EVENT_TEXT_MAX) return { text };
  return { text: `(cut) …\n${text.slice(-EVENT_TEXT_MAX)}`, truncated: true };
}

/** The last `count` lines. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Keeps the last `maxChars` of a stream, whatever its length. */
export class TailBuffer {
  private value = '';

  constructor(private readonly maxChars: number) {}

  push(chunk: string): void {
    this.value = (this.value + chunk).slice(-this.maxChars);
  }

  toString(): string {
    return this.value;
  }
}

/** Splits a stream into lines; a line over `maxChars` is handed on in pieces, so that memory stays bounded. */
export class LineSplitter {
  private rest = '';

  constructor(
    private readonly onLine: (line: string) => void,
    private readonly maxChars = 4 * 1024 * 1024,
  ) {}

  push(chunk: string): void {
    const parts = (this.rest + chunk).split('\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) this.onLine(part.endsWith('\r') ? part.slice(0, -1) : part);
    if (this.rest.length > this.maxChars) this.flush();
  }

  /** Hands on what has no newline yet. */
  flush(): void {
    if (this.rest === '') return;
    const line = this.rest;
    this.rest = '';
    this.onLine(line);
  }
}
