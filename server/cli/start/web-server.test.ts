import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { compressFiles } from './compress-files.ts';
import { createWebServer } from './web-server.mjs';

const RECEIVE_MS = 200;
const EVENTS = 12;

let server: Server;
let port: number;
async function start(handle: Parameters<typeof createWebServer>[0]['handle'], assets?: string): Promise<void> {
  server = createWebServer({ handle, receiveMs: RECEIVE_MS, ...(assets !== undefined && { assets }) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
}
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends a head, then a piece now and then until the other side hangs up. @returns what came back */
async function drip(head: string, piece: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
  socket.on('error', () => undefined); // it was hung up on in the middle of a word
  socket.write(head);
  const timer = setInterval(() => socket.write(piece), RECEIVE_MS / 4);
  await once(socket, 'close');
  clearInterval(timer);
  return answer;
}

test('a body that comes byte by byte is cut, and so is a head', async () => {
  let arrived = 0;
  await start((request, response) => {
    request.on('end', () => (arrived += 1));
    request.on('error', () => response.destroy());
    request.resume();
  });
  expect(await drip('POST /api/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n', 'x')).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect(await drip('GET / HTTP/1.1\r\n', 'X-A: b\r\n')).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect(arrived).toBe(0);
});

test.each(['text/event-stream', 'application/octet-stream'])('an answer of %s lives many times longer than a request may take', async (type) => {
  await start((_request, response) => {
    response.writeHead(200, { 'content-type': type });
    let sent = 0;
    const timer = setInterval(() => {
      response.write(`data: ${(sent += 1)}\n\n`);
      if (sent < EVENTS) return;
      clearInterval(timer);
      response.end();
    }, RECEIVE_MS / 2);
  });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect((await answer.text()).match(/^data: /gm)).toHaveLength(EVENTS);
});

test('nobody brings a nonce of his own', async () => {
  await start(({ headers }, response) => response.end(JSON.stringify([headers['x-nonce'], headers['content-security-policy']])));
  const headers = { 'x-nonce': 'abc', 'content-security-policy': "script-src 'nonce-abc'" };
  expect(await (await fetch(`http://127.0.0.1:${port}/`, { headers })).json()).toEqual([null, null]);
});

test('what a request says of who connected, and through what, is thrown away; a header of any proxy is seen', async () => {
  await start(({ headers }, response) => response.end(`${String(headers['x-factory-peer'])} ${String(headers['x-factory-proxied'])}`));
  const ask = async (headers: Record<string, string> = {}) => (await fetch(`http://127.0.0.1:${port}/`, { headers })).text();
  expect(await ask()).toBe('127.0.0.1 no');
  expect(await ask({ 'x-factory-peer': '203.0.113.9', 'x-factory-proxied': 'yes' })).toBe('127.0.0.1 no');
  for (const name of ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Real-IP', 'Forwarded', 'Via', 'CF-Connecting-IP', 'True-Client-IP'])
    expect([name, await ask({ [name]: '127.0.0.1', 'x-factory-proxied': 'no' })]).toEqual([name, '127.0.0.1 yes']);
});

test('a file of the build comes compressed as it lies there, to be kept; all else goes on to Next as it was asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assets-'));
  const script = 'console.log("tea");\n'.repeat(200);
  mkdirSync(join(folder, 'static/chunks'), { recursive: true });
  writeFileSync(join(folder, 'static/chunks/a.js'), script);
  writeFileSync(join(folder, 'secret'), 'of nobody');
  await compressFiles(join(folder, 'static'));
  writeFileSync(join(folder, 'static/chunks/late.js'), script); // beside it lies nothing
  await start((request, response) => response.end(`Next: ${request.method} ${request.url}`), join(folder, 'static'));
  const ask = async (path: string, encoding: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { 'accept-encoding': encoding } });
    return { text: await answer.text(), encoding: answer.headers.get('content-encoding'), headers: answer.headers };
  };
  for (const encoding of ['br', 'gzip', null]) {
    const { headers, ...came } = await ask('/_next/static/chunks/a.js', encoding ?? 'identity');
    expect(came).toEqual({ text: script, encoding });
    expect(headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(headers.get('cache-control')).toBe('public,max-age=31536000,immutable');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('vary')).toBe('Accept-Encoding');
    expect(Number(headers.get('content-length')) < script.length).toBe(encoding !== null);
  }
  expect(await ask('/_next/static/chunks/late.js', 'gzip')).toMatchObject({ text: script, encoding: 'gzip' });
  expect((await ask('/_next/static/chunks/a.js', 'br', 'POST')).text).toBe('Next: POST /_next/static/chunks/a.js');
  // As it is sent: what would mend an address before is left out.
  const bare = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const onAnswer = (answer: IncomingMessage) => void text(answer).then(resolve, reject);
      get({ port, host: '127.0.0.1', path, headers: { 'accept-encoding': 'br' } }, onAnswer).once('error', reject);
    });
  for (const path of [
    '/_next/static/nope.js?x=1',
    '/_next/static/%2e%2e/secret',
    '/_next/static/../secret',
    '/_next/static/%00',
    '/_next/staticx',
    '/learnings',
  ])
    expect(await bare(path)).toBe(`Next: GET ${path}`);
  for (const range of ['bytes=5-2', 'bytes=0-3', 'bytes=99999999-', 'cups=1'])
    expect(await (await fetch(`http://127.0.0.1:${port}/_next/static/chunks/a.js`, { headers: { range } })).text()).toBe(script);
  rmSync(join(folder, 'static/chunks'), { recursive: true });
  expect(await bare('/_next/static/chunks/a.js')).toBe('Next: GET /_next/static/chunks/a.js');
  rmSync(folder, { recursive: true });
});
