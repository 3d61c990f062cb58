#!/usr/bin/env node
// A scripted agent for the bench: prints so many lines, each with the millisecond it was printed at, then checks the first open box.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const LINES = Number(process.argv[2] ?? 600);
/** Where a file is named, it prints until that is there. */
const UNTIL = process.argv[3];
const EVERY_MS = 20;
for (let line = 0; UNTIL ? !existsSync(UNTIL) : line < LINES; line++) {
  process.stdout.write(`tick ${Date.now()}\n`);
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
writeFileSync('ticked.txt', 'done\n');
const spec = readFileSync('.ai/SPEC.md', 'utf8');
writeFileSync('.ai/SPEC.md', spec.replace('[ ]', '[x]'));
