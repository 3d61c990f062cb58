import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envExample, readmeWith } from './env-docs.ts';
import { ROOT } from './version.ts';

/** `npm run env-docs`: writes what is made of the table of settings. */
writeFileSync(join(ROOT, '.env.example'), envExample());
writeFileSync(join(ROOT, 'README.md'), readmeWith(readFileSync(join(ROOT, 'README.md'), 'utf8')));
