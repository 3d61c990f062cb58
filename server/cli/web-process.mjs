// The web process: Next's production (or dev) server, ended cleanly when told to or when its parent is gone.
import { join } from 'node:path';
import next from 'next';
import { createWebServer } from './start/web-server.mjs';

const port = Number(process.env.PORT ?? 3000);
const hostname = process.env.LISTEN_HOST || process.env.HOST || 'localhost';
const dev = process.argv.includes('--dev');
const dir = join(import.meta.dirname, '../..');
const app = next({ dev, dir, hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
const server = createWebServer({
  handle: (request, response) => void handle(request, response),
  ...(!dev && { assets: join(dir, '.next/static') }),
});

let stopping = false;
function stop() {
  if (stopping) return;
  stopping = true;
  // Open event streams would keep close() waiting: they end first, and the browser resumes by its last event id.
  server.close(() => process.exit(0));
  process.emit('factory:stop');
  setTimeout(() => server.closeAllConnections(), 300).unref();
  setTimeout(() => process.exit(0), 3_000).unref();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (process.send) process.on('disconnect', stop);

server.once('error', (error) => {
  process.stderr.write(`The web app cannot listen on ${hostname}:${port}: ${error.message}\n`);
  process.exit(1);
});
server.listen(port, hostname, () => process.send?.({ listening: true }));
