import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { workerEventSchema } from '../../server/contracts/run-events.ts';

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
const block = /```jsonl\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
const golden = block.trim().split('\n');

it.each(golden)('the documented line is the contract: %s', (line) => {
  const value: unknown = JSON.parse(line);
  expect(workerEventSchema.parse(value)).toEqual(value);
});

it('documents every type of event', () => {
  const documented = new Set(golden.map((line) => (JSON.parse(line) as { type: string }).type));
  const known = workerEventSchema.options.map((option) => option.shape.type.value);
  expect([...documented].sort()).toEqual([...known].sort());
});

it('refuses another version and an unknown type', () => {
  const first = JSON.parse(golden[0] ?? '{}') as object;
  expect(workerEventSchema.safeParse({ ...first, v: 2 }).success).toBe(false);
  expect(workerEventSchema.safeParse({ ...first, type: 'novelty' }).success).toBe(false);
});
