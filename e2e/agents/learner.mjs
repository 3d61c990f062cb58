#!/usr/bin/env node
// A scripted agent: keeps the prompt it was given in the checkout, notes the discoveries that the spec names, and checks the first open box.
import { readFileSync, writeFileSync } from 'node:fs';

const prompt = readFileSync(0, 'utf8');
writeFileSync('PROMPT.md', prompt);
const spec = readFileSync('.ai/SPEC.md', 'utf8');
const noted = [...spec.matchAll(/^> (.+)$/gm)].map(([, line]) => `- ${line}\n`).join('');
if (noted) writeFileSync('.ai/new-learnings.md', noted);
writeFileSync('.ai/SPEC.md', spec.replace('[ ]', '[x]'));
