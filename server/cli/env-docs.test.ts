import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { envExample, readmeWith } from './env-docs.ts';
import { ROOT } from './version.ts';

test('README and .env.example say what the settings say; npm run env-docs writes them', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  expect(readmeWith(readme)).toBe(readme);
  expect(readFileSync(join(ROOT, '.env.example'), 'utf8')).toBe(envExample());
});
