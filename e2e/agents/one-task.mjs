#!/usr/bin/env node
// A scripted agent for tests (AGENT=command): does the first open task of .ai/SPEC.md and checks it off. The task's words say what to do:
//   Create PATH            writes the file
//   Create PATH after FILE waits until FILE exists (outside the checkout), then writes PATH
//   Draft PATH after FILE  writes PATH.draft, says so in FILE.waiting, waits until FILE exists, then writes into PATH what it began from
//   Plant a fake runner    puts a `node_modules/.bin/check` there that always passes, and breaks the real one's input
//   Claim complete         checks every box and posts /complete with the run's own token, without doing the work
//   Touch PATH             the same as Create, for paths that the gate protects
//   Say TEXT               prints TEXT and leaves the box open
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const SPEC = '.ai/SPEC.md';
let prompt = '';
for await (const chunk of process.stdin) prompt += chunk;

const spec = readFileSync(SPEC, 'utf8');
const open = /^(\s*(?:[-*+]|\d+[.)])\s+)\[ \]\s+(.*)$/m.exec(spec);
if (!open) process.exit(0);
const task = open[2].trim();
console.log(`prompt of ${prompt.length} characters; doing: ${task}`);

const [verb] = task.split(' ');
let check = true;
if (verb === 'Create' || verb === 'Touch') {
  const [, path, , gate] = task.split(' ');
  if (gate) while (!existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 50));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${task}\n`);
} else if (verb === 'Draft') {
  const [, path, , gate] = task.split(' ');
  const began = existsSync(`${path}.draft`) ? 'began from the draft' : 'began from nothing';
  writeFileSync(`${path}.draft`, 'half\n');
  writeFileSync(`${gate}.waiting`, '');
  while (!existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 50));
  writeFileSync(path, began);
} else if (verb === 'Plant') {
  mkdirSync('node_modules/.bin', { recursive: true });
  writeFileSync('node_modules/.bin/check', '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  writeFileSync('planted.txt', 'planted\n');
} else if (verb === 'Claim') {
  await claim();
} else {
  console.log(task.slice(verb.length + 1));
  check = false;
}
if (check) writeFileSync(SPEC, spec.replace(open[0], `${open[1]}[x] ${open[2]}`));

/** What an agent that is not trusted can do: find the run's token in its parent's environment and post a claim. */
async function claim() {
  const env = findRunEnvironment();
  writeFileSync(SPEC, spec.replace(/\[ \]/g, '[x]'));
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const answer = await fetch(`${env.FACTORY_URL}/worker/${env.FACTORY_RUN_ID}/complete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.FACTORY_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ commit }),
  });
  console.log(`/complete answered ${answer.status}: ${await answer.text()}`);
}

function findRunEnvironment() {
  for (let pid = process.pid; pid > 1;) {
    const env = Object.fromEntries(
      readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .filter(Boolean)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    if (env.FACTORY_TOKEN) return env;
    pid = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  }
  return {};
}
