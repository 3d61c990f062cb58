import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp, type Server as TcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../e2e/factory.ts';
import { allowHost } from '../../../../server/services/settings/repositories/allow-host.ts';
import { getRepository } from '../../../../server/services/settings/repositories/get-repository.ts';
import { startTestGateway, type TestGateway, type TestRun } from '../../../../e2e/gateway-fixture.ts';

let world: TestGateway;
let registry: TcpServer;
let plain: Server;
let registryPort: number;
let plainPort: number;
let gotHeaders: Record<string, unknown> = {};

beforeAll(async () => {
  registry = createTcp((socket) => socket.on('error', () => undefined).pipe(socket));
  plain = createServer((request, response) => {
    gotHeaders = request.headers;
    response.end(`asked ${request.url}`);
  });
  for (const server of [registry, plain]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  registryPort = (registry.address() as AddressInfo).port;
  plainPort = (plain.address() as AddressInfo).port;
  world = await startTestGateway({
    egress: [
      { kind: 'registry', host: '127.0.0.1', port: registryPort },
      { kind: 'registry', host: 'localhost', port: plainPort },
      { kind: 'operator', host: 'localhost', port: 5432, suffix: false },
      { kind: 'operator', host: '169.254.169.254', port: null, suffix: false },
    ],
  });
});
afterAll(async () => {
  await world.close();
  plain.closeAllConnections();
  await Promise.all([new Promise((done) => registry.close(done)), new Promise((done) => plain.close(done))]);
});

const basic = (run: TestRun) => `Basic ${Buffer.from(`run:${run.token}`).toString('base64')}`;

/** CONNECT by hand: the proxy's first answer, and the socket behind it. */
function tunnel(target: string, authorization?: string): Promise<{ status: number; answer: string; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const socket = connect(world.port, '127.0.0.1');
    let answer = '';
    socket.on('error', reject);
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization ? `Proxy-Authorization: ${authorization}\r\n` : ''}\r\n`);
    const onData = (chunk: Buffer) => {
      answer += chunk.toString();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
      if (!answer.includes('\r\n\r\n')) return;
      if (status === 200) {
        socket.off('data', onData);
        resolve({ status, answer, socket });
      } else socket.once('close', () => resolve({ status, answer, socket }));
    };
    socket.on('data', onData);
  });
}

test('the host’s own registry is reached at its private address, by exact host and port', async () => {
  const run = await world.makeRun();
  const { status, socket } = await tunnel(`127.0.0.1:${registryPort}`, basic(run));
  expect(status).toBe(200);
  const echoed = new Promise<string>((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  socket.write('ping');
  expect(await echoed).toBe('ping');
  socket.destroy();
  expect((await tunnel(`127.0.0.1:${plainPort}`, basic(run))).status).toBe(403);
});

test('an absolute-form call is passed on without the worker’s token', async () => {
  const run = await world.makeRun();
  const answer = await new Promise<string>((resolve, reject) => {
    const call = httpRequest({
      port: world.port,
      host: '127.0.0.1',
      path: `http://localhost:${plainPort}/pkg?x=1`,
      headers: { 'proxy-authorization': basic(run), host: 'elsewhere.test' },
    });
    call.once('error', reject).once('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).once('end', () => resolve(text));
    });
    call.end();
  });
  expect(answer).toBe('asked /pkg?x=1');
  expect(gotHeaders.host).toBe(`localhost:${plainPort}`);
  expect(gotHeaders['proxy-authorization']).toBeUndefined();
});

test('a host off the list is refused, and people see it once', async () => {
  const run = await world.makeRun();
  for (let i = 0; i < 3; i += 1) {
    const { status, answer } = await tunnel('evil.test:443', basic(run));
    expect(status).toBe(403);
    expect(answer).toContain('evil.test:443 is not on the list of hosts');
  }
  const refused = (await world.events(run.workItemId)).filter(({ type }) => type === 'egress.refused');
  expect(refused).toHaveLength(1);
  expect(refused[0]?.data).toEqual({ host: 'evil.test', port: 443, allowable: true });
});

test('a host that a person allows for the repository is reached by its workers alone, those that live too', async () => {
  const [run, other] = [await world.makeRun(), await world.makeRun()];
  const ctx = { ...world.deps.base, actor: { kind: 'cli' as const, name: 'Ada' } };
  const repo = run.remote;
  expect((await tunnel('nothing.invalid:8443', basic(run))).status).toBe(403);
  expect((await getRepository(ctx, { name: repo })).refused).toMatchObject([{ host: 'nothing.invalid:8443', times: 1 }]);
  await allowHost(ctx, { name: repo, host: 'nothing.invalid:8443' });
  await allowHost(ctx, { name: repo, host: 'nothing.invalid:8443' });
  const after = await getRepository(ctx, { name: repo });
  expect(after).toMatchObject({ refused: [], settings: { egressAllow: ['nothing.invalid:8443'] } });
  // Admitted now, and only then looked up: the name has no address.
  expect((await tunnel('nothing.invalid:8443', basic(run))).status).toBe(502);
  expect((await tunnel('nothing.invalid:443', basic(run))).status).toBe(403);
  expect((await tunnel('nothing.invalid:8443', basic(other))).status).toBe(403);
  await allowHost(ctx, { name: repo, host: 'localhost:5432' });
  expect((await tunnel('localhost:5432', basic(run))).answer).toContain('private or special address');
  expect((await getRepository(ctx, { name: repo })).refused.map(({ host }) => host)).toEqual(['nothing.invalid']);
});

test.each(['localhost:5432', '169.254.169.254:80'])('a listed name that leads to a private address is refused: %s', async (target) => {
  const run = await world.makeRun();
  const { status, answer } = await tunnel(target, basic(run));
  expect(status).toBe(403);
  expect(answer).toContain('private or special address');
});

test('no token, a wrong one and a malformed target are refused', async () => {
  const run = await world.makeRun();
  const target = `127.0.0.1:${registryPort}`;
  const { status, answer } = await tunnel(target);
  expect(status).toBe(407);
  expect(answer).toContain('Proxy-Authenticate: Basic');
  expect((await tunnel(target, 'Basic cnVuOndyb25n')).status).toBe(407);
  expect((await tunnel('no-port', basic(run))).status).toBe(400);
});

test('an open tunnel ends with the run’s token', async () => {
  const run = await world.makeRun();
  const { socket } = await tunnel(`127.0.0.1:${registryPort}`, basic(run));
  let closed = false;
  socket.once('close', () => (closed = true)).resume();
  await world.database.db.workerToken.updateMany({ where: { runId: run.id }, data: { revokedAt: new Date() } });
  expect(await until('the end of the tunnel', () => closed, 30_000)).toBe(true);
});
