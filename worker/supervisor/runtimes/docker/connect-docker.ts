import type { EngineOwner } from '../../../../server/contracts/engine-labels.ts';
import { createDockerRuntime, type DockerRuntime } from './docker-runtime.ts';
import { detectDocker, type DockerEngine } from './engine.ts';
import type { DockerRuntimeOptions } from './preparation.ts';
import { createBridgeWay, isBindable } from './way/bridge-way.ts';
import { createJoinedWay, createOwnMember, findOwnContainer } from './way/joined-way.ts';
import { createRelay } from './way/relay.ts';
import type { Way } from './way/way.ts';

export type DockerAnswer = { kind: 'found'; runtime: DockerRuntime } | { kind: 'none'; reason: string };

/** The docker runtime where an engine answers, and the way that suits where this process and the engine are. */
export async function connectDocker({ hostname, ...options }: Omit<DockerRuntimeOptions, 'engine' | 'way'> & { hostname: string }): Promise<DockerAnswer> {
  const answer = await detectDocker();
  if (answer.kind === 'none') return answer;
  const { engine } = answer;
  const way = await chooseWay(engine, { owner: options.owner, hostname });
  return { kind: 'found', runtime: await createDockerRuntime({ ...options, engine, way }) };
}

async function chooseWay(engine: DockerEngine, { owner, hostname }: { owner: EngineOwner; hostname: string }): Promise<Way> {
  const self = await findOwnContainer(engine, hostname);
  if (self !== null) return createJoinedWay(engine, owner, createOwnMember(self));
  const bridge = createBridgeWay(engine, owner);
  if (await isBindable(await bridge.bindHost())) return bridge;
  await bridge.dispose(null);
  return createJoinedWay(engine, owner, createRelay(engine, owner));
}
