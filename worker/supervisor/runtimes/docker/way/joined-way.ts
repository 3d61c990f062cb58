import { z } from 'zod';
import { type EngineOwner, LABEL, ownLabels } from '../../../../../server/contracts/engine-labels.ts';
import { asRuntimeError, type DockerEngine, engineStatus, unlessGone } from '../engine.ts';
import { nameOf, type Way } from './way.ts';

/** Name of the member in each network: what the gateway's address begins with inside. */
const ALIAS = 'gateway';
const containersSchema = z.object({ Containers: z.record(z.string(), z.unknown()) });

/** The container that answers for the gateway in the workers' networks. */
export interface Member {
  /** What the gateway itself must bind. */
  bindHost: string;
  /** Makes or finds it. @returns its id */
  ensure: (about: { image: string; port: number }) => Promise<string>;
  dispose: () => Promise<void>;
}

/**
 * An internal network for each container, with one other member: the supervisor's own container or a relay. The host has no address
 * on them, and no two workers share one.
 */
export function createJoinedWay({ docker }: DockerEngine, owner: EngineOwner, member: Member): Way {
  const filters = { label: [`${LABEL.owner}=${owner.id}`] };
  let memberId = '';

  async function join(network: string): Promise<void> {
    const there = containersSchema.parse(await docker.getNetwork(network).inspect()).Containers;
    if (memberId in there) return;
    await docker.getNetwork(network).connect({ Container: memberId, EndpointConfig: { Aliases: [ALIAS] } });
  }

  async function closeNetwork(name: string): Promise<void> {
    const network = docker.getNetwork(name);
    try {
      const { Containers } = containersSchema.parse(await network.inspect());
      for (const id of Object.keys(Containers)) await unlessGone(network.disconnect({ Container: id, Force: true }));
      await unlessGone(network.remove());
    } catch (error) {
      if (engineStatus(error) !== 404) throw error;
    }
  }

  return {
    bindHost: async () => member.bindHost,
    hostInside: () => null,
    url: (port) => `http://${ALIAS}:${port}`,
    prepare: async (about) => {
      memberId = await member.ensure(about);
      // A new member, as after an upgrade, joins the workers that live on.
      for (const network of await docker.listNetworks({ filters })) await join(network.Name);
      return [];
    },
    open: async (containerName) => {
      try {
        const Options = { 'com.docker.network.bridge.inhibit_ipv4': 'true' };
        const Labels = ownLabels(owner);
        await docker.createNetwork({ Name: containerName, Driver: 'bridge', Internal: true, CheckDuplicate: true, Options, Labels });
        await join(containerName);
        return containerName;
      } catch (error) {
        await closeNetwork(containerName);
        throw asRuntimeError(error, 'the network of a worker could not be made');
      }
    },
    close: closeNetwork,
    dispose: async () => {
      for (const network of await docker.listNetworks({ filters })) await closeNetwork(network.Name);
      await member.dispose();
    },
  };
}

/** The supervisor is itself a container of this engine, as in docker/docker-compose.yml. */
export function createOwnMember(containerId: string): Member {
  return { bindHost: '0.0.0.0', ensure: async () => containerId, dispose: async () => undefined };
}

/** Id of the container that this process runs in; null where it runs in none of this engine. `hostname` is the container's short id there. */
export async function findOwnContainer({ docker }: DockerEngine, hostname: string): Promise<string | null> {
  if (!/^[0-9a-f]{12}$/.test(hostname)) return null;
  try {
    return (await docker.getContainer(hostname).inspect()).Id;
  } catch (error) {
    if (engineStatus(error) === 404) return null;
    throw error;
  }
}

/** Name of the relay's container. */
export function relayName(owner: string): string {
  return `${nameOf(owner)}-relay`;
}
