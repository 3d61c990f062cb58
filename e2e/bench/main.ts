import { type Row, printRows } from './figures.ts';
import { benchDemo } from './demo.ts';
import { benchDocker } from './docker.ts';
import { benchLearnings } from './learnings.ts';
import { benchFanOut, benchLog } from './live-log.ts';
import { benchPages } from './pages.ts';
import { benchScroll } from './scroll.ts';
import { benchSpawn } from './spawn.ts';

/**
 * Prints what the factory costs, each figure beside a floor measured in the same run: these machines are shared and noisy, only
 * the ratios mean something. `npm run bench -- spawn log` runs some parts only.
 */
const parts: Record<string, () => Promise<Row[]>> = {
  demo: benchDemo,
  spawn: benchSpawn,
  log: benchLog,
  'fan-out': benchFanOut,
  scroll: benchScroll,
  pages: benchPages,
  learnings: benchLearnings,
  docker: benchDocker,
};
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in parts));
if (unknown !== undefined) {
  process.stderr.write(`There is no part ${unknown}; there are: ${Object.keys(parts).join(', ')}\n`);
  process.exit(2);
}

const rows: Row[] = [];
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`measuring: ${name}\n`);
  rows.push(...(await part()));
}
printRows(rows);
