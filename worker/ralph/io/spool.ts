import { fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EVENTS_BATCH_MAX, EVENTS_BODY_MAX_BYTES } from '../../../server/contracts/worker-protocol.ts';
import { workerEventSchema, type WorkerEvent } from '../../../server/contracts/run-events.ts';

const READ_MAX_BYTES = Math.floor(EVENTS_BODY_MAX_BYTES / 2);
/** Beyond this much unacknowledged, only what is not mere output is kept. */
const SPOOL_MAX_BYTES = 64 * 1024 * 1024;

export interface SpoolBatch {
  events: WorkerEvent[];
  /** Hand to `acknowledge` when they are stored. */
  endOffset: number;
}

/**
 * Events on disk until the gateway has them: one JSON object a line. Memory holds at most one batch,
 * and a restarted worker goes on with what its predecessor could not post.
 */
export class Spool {
  /** Open for as long as the process lives: a busy agent writes dozens of lines a second. */
  private readonly descriptor: number;
  private offset = 0;
  private size: number;
  private dropped = 0;
  /** The last line on disk has no end. */
  private torn = false;
  /** What is pending as far as memory holds it, each event with where its line ends; what comes after it is on disk alone. */
  private recent: { event: WorkerEvent; end: number }[] = [];
  /** Where the line of the first of them begins. */
  private recentStart = 0;

  constructor(private readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.descriptor = openSync(file, 'a+');
    const present = readFileSync(file);
    this.size = present.length;
    // A killed predecessor may have left a torn last line: it must not swallow the next one.
    this.torn = present.length > 0 && present.at(-1) !== 10;
  }

  /** Highest workerSeq on disk; 0 where there is none. */
  lastSeq(): number {
    if (this.size === 0) return 0;
    const lines = readFileSync(this.file, 'utf8').trimEnd().split('\n');
    return lines.reduce((highest, line) => Math.max(highest, parseEvent(line)?.workerSeq ?? 0), 0);
  }

  append(event: WorkerEvent): void {
    const line = Buffer.from(`${this.torn ? '\n' : ''}${JSON.stringify(event)}\n`);
    const output = event.type === 'log' || event.type === 'agent.text' || event.type === 'agent.tool_result';
    if (output && this.size - this.offset > SPOOL_MAX_BYTES) {
      this.dropped += 1;
      return;
    }
    try {
      writeFileSync(this.descriptor, line);
      this.remember(event, line.length);
      this.size += line.length;
      this.torn = false;
    } catch {
      // A full disk must not end the run for a line of its log; the event was printed all the same.
      this.dropped += 1;
      const { size } = fstatSync(this.descriptor);
      this.torn ||= size > this.size;
      this.size = size;
    }
  }

  /** Keeps one batch at most in memory: while the gateway answers, nothing is read back from disk. */
  private remember(event: WorkerEvent, bytes: number): void {
    if (this.recent.length === 0) this.recentStart = this.size;
    const follows = this.recent.length === 0 || this.recent.at(-1)?.end === this.size;
    const fits = this.recent.length < EVENTS_BATCH_MAX && this.size + bytes - this.recentStart <= READ_MAX_BYTES;
    if (follows && fits) this.recent.push({ event, end: this.size + bytes });
  }

  /** How many events were given up since the last call of this. */
  takeDropped(): number {
    const count = this.dropped;
    this.dropped = 0;
    return count;
  }

  get pending(): boolean {
    return this.offset < this.size;
  }

  /** The oldest events that are not acknowledged, at most `max`; an unreadable line is passed over. */
  next(max: number = EVENTS_BATCH_MAX): SpoolBatch {
    if (this.recent.length > 0 && this.recentStart === this.offset) {
      const batch = this.recent.slice(0, max);
      return { events: batch.map(({ event }) => event), endOffset: batch.at(-1)?.end ?? this.offset };
    }
    const buffer = Buffer.alloc(Math.min(READ_MAX_BYTES, this.size - this.offset));
    const length = readSync(this.descriptor, buffer, 0, buffer.length, this.offset);
    const events: WorkerEvent[] = [];
    let start = 0;
    while (events.length < max) {
      const end = buffer.indexOf(10, start);
      if (end === -1 || end >= length) break;
      const event = parseEvent(buffer.toString('utf8', start, end));
      if (event !== null) events.push(event);
      start = end + 1;
    }
    // Nothing but a line longer than a batch may be: no event is; it is skipped so that it blocks nothing.
    return { events, endOffset: this.offset + (start === 0 ? length : start) };
  }

  acknowledge(endOffset: number): void {
    this.offset = Math.max(this.offset, endOffset);
    const kept = this.recent.filter(({ end }) => end > this.offset);
    if (kept.length < this.recent.length) this.recentStart = this.offset;
    this.recent = kept;
    if (this.offset < this.size || this.size < 4 * 1024 * 1024) return;
    ftruncateSync(this.descriptor, 0);
    this.offset = 0;
    this.size = 0;
  }
}

function parseEvent(line: string): WorkerEvent | null {
  try {
    return workerEventSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
