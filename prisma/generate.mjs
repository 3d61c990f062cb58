// Makes the Prisma client after an install. `generate` never calls the schema engine, but the CLI insists on downloading
// it where none is named; naming any executable keeps an install free of that download.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

// `npm ci` is the first that a machine with an old Node runs: say it here, in one sentence.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`The factory needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a current Node.js and run npm ci again.\n`);
  process.exit(1);
}

const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
const done = spawnSync(process.execPath, [cli, 'generate'], {
  encoding: 'utf8',
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
});
if (done.status !== 0) process.stderr.write(`${done.stdout}${done.stderr}`);
process.exit(done.status ?? 1);
