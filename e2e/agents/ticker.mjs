#!/usr/bin/env node
// A scripted agent for the bench: prints LINES lines, each with the millisecond it was printed at, then checks the first open box.
import { readFileSync, writeFileSync } from 'node:fs';

const LINES = 600;
const EVERY_MS = 20;
for (let line = 0; line < LINES; line++) {
  process.stdout.write(`tick ${Date.now()}\n`);
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
writeFileSync('ticked.txt', 'done\n');
const spec = readFileSync('.ai/SPEC.md', 'utf8');
writeFileSync('.ai/SPEC.md', spec.replace('[ ]', '[x]'));
