// The web process: Next's production (or dev) server, ended cleanly when told to or when its parent is gone.
import { createServer } from 'node:http';
import { join } from 'node:path';
import compression from 'compression';
import next from 'next';

const port = Number(process.env.PORT ?? 3000);
const hostname = process.env.LISTEN_HOST || process.env.HOST || 'localhost';
const app = next({ dev: process.argv.includes('--dev'), dir: join(import.meta.dirname, '../..'), hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
// An event stream that is compressed is buffered: it goes as it is.
const squeeze = compression({
  filter: (request, response) => !/event-stream/.test(String(response.getHeader('content-type'))) && compression.filter(request, response),
});
const server = createServer((request, response) => {
  // Who connected, for the audit log: whatever the request itself says here is thrown away.
  request.headers['x-factory-peer'] = request.socket.remoteAddress ?? 'unknown';
  squeeze(request, response, () => void handle(request, response));
});
// Event streams and slow log downloads have no time limit; what never sends its head has one.
server.requestTimeout = 0;
server.headersTimeout = 30_000;
server.keepAliveTimeout = 30_000;

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
