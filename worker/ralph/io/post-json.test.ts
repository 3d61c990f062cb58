import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { postJson } from './post-json.ts';

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A server on loopback, and the sockets that were opened to it. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => answer(request, response, body));
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => (server.closeAllConnections(), void server.close()));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x`, sockets };
}
const post = (url: string, more: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
  postJson(url, { token: 't0', body: { text: 'é' }, signal: new AbortController().signal, timeoutMs: 10_000, ...more });

test('posts follow each other on one connection, with token and JSON', async () => {
  const { url, sockets } = await serve((request, response, body) => response.writeHead(201).end(`${request.headers.authorization} ${body}`));
  for (let n = 0; n < 5; n++) expect(await post(url)).toEqual({ status: 201, text: 'Bearer t0 {"text":"é"}' });
  expect(sockets.size).toBe(1);
});

test('a kept connection that the other side has closed is no outage', async () => {
  let calls = 0;
  const { url, sockets } = await serve((request, response) => {
    calls += 1;
    if (calls === 2) request.socket.resetAndDestroy();
    else response.end('ok');
  });
  expect(await post(url)).toMatchObject({ text: 'ok' });
  expect(await post(url)).toMatchObject({ text: 'ok' });
  expect(sockets.size).toBe(2);
});

test('nobody there, no answer in time and an abort are each an error', async () => {
  const { url } = await serve(() => undefined);
  await expect(post(url, { timeoutMs: 30 })).rejects.toThrow('no answer within 0.03 s');
  const stop = new AbortController();
  const waiting = post(url, { signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  await expect(post('http://127.0.0.1:1/x')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
