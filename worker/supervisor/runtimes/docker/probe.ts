import { createServer } from 'node:net';
import { z } from 'zod';
import type { EngineOwner } from '../../../../server/contracts/engine-labels.ts';
import { RuntimeError } from '../worker-runtime.ts';
import { type Capacity, NODE, probeSpec, RALPH } from './container-spec.ts';
import { asRuntimeError, type DockerEngine } from './engine.ts';
import { runOnce } from './run-once.ts';

const LIMIT_MS = 60_000;
const CONNECT_MAX_MS = 3_000;

interface Probe {
  image: string;
  owner: EngineOwner;
  signal: AbortSignal;
}

/** Does the image hold Ralph, as one that derives from the worker image does? Asked of a container without any network. */
export async function probeImage(engine: DockerEngine, { image, owner, signal }: Probe): Promise<void> {
  const spec = probeSpec({ image, owner, network: 'none', command: [RALPH, '--help'], capacity: engine });
  const { exitCode, output } = await runOnce(engine.docker, { spec, limitMs: LIMIT_MS, signal }).catch((error: unknown) => {
    throw new RuntimeError('image', asRuntimeError(error, `the image ${image} does not derive from the worker image`).message, { cause: error });
  });
  if (exitCode !== 0)
    throw new RuntimeError('image', `the image ${image} does not derive from the worker image: ralph ended with ${exitCode}: ${output.slice(-500)}`);
}

const CONNECT = `
const net = require('node:net');
const connect = (address) => new Promise((resolve) => {
  const [, host, port] = /^(.*):(\\d+)$/.exec(address);
  const socket = net.connect({ host, port: Number(port), timeout: ${CONNECT_MAX_MS} });
  const end = (answer) => { socket.destroy(); resolve(answer); };
  socket.on('connect', () => end(null)).on('timeout', () => end('no answer')).on('error', (error) => end(error.message));
});
Promise.all(process.argv.slice(1).map(connect)).then((answers) => console.log(JSON.stringify(answers)));
`;

const answersSchema = z.array(z.string().nullable());

/**
 * Looks from inside: is the gateway there, and is another port of the same address shut? `bindHost` is an address of this machine
 * to listen on for that, null where the host has none in there.
 * @returns whether all else is shut @throws RuntimeError where the gateway cannot be reached
 */
export async function probeWay(
  engine: DockerEngine,
  { gatewayUrl, network, bindHost, ...probe }: Probe & { gatewayUrl: string; network: string; bindHost: string | null },
): Promise<{ shut: boolean }> {
  const canary = bindHost === null ? null : await listen(bindHost);
  try {
    const capacity: Capacity = engine;
    const addresses = [new URL(gatewayUrl).host, ...(canary ? [`${bindHost}:${canary.port}`] : [])];
    const spec = probeSpec({ image: probe.image, owner: probe.owner, network, command: [NODE, '-e', CONNECT, ...addresses], capacity });
    const { exitCode, output } = await runOnce(engine.docker, { spec, limitMs: LIMIT_MS, signal: probe.signal });
    if (exitCode !== 0) throw new Error(output);
    const [gateway, other] = answersSchema.parse(JSON.parse(output));
    if (gateway !== null) throw new Error(`${gatewayUrl}: ${gateway}`);
    return { shut: canary === null || other !== null };
  } catch (error) {
    throw asRuntimeError(error, 'a worker cannot reach the gateway');
  } finally {
    canary?.close();
  }
}

async function listen(host: string): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => void socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error(`${host} could not be bound`);
  return { port: address.port, close: () => void server.close() };
}
