import { createServer } from 'node:net';
import { z } from 'zod';
import { RuntimeError } from '../../worker-runtime.ts';
import { type EngineOwner, LABEL, ownLabels } from '../../../../../server/contracts/engine-labels.ts';
import { asRuntimeError, type DockerEngine, engineStatus, engineWords, unlessGone } from '../engine.ts';
import { closeHost, openHost } from './host-firewall.ts';
import { bridgeName, nameOf, type Way } from './way.ts';

const networkSchema = z.object({
  Internal: z.boolean(),
  IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string().optional() })) }),
  Options: z.record(z.string(), z.string()),
  Labels: z.record(z.string(), z.string()).nullable(),
  Containers: z.record(z.string(), z.unknown()),
});
const ICC = 'com.docker.network.bridge.enable_icc';

/** This machine's own engine: one internal network, whose bridge has an address here. Containers on it do not see each other. */
export function createBridgeWay(engine: DockerEngine, owner: EngineOwner): Way {
  const { docker } = engine;
  const name = nameOf(owner.id);
  const iface = bridgeName(owner.id);
  let address = '';

  async function inspect(): Promise<string | null> {
    try {
      const { Internal, IPAM, Options } = networkSchema.parse(await docker.getNetwork(name).inspect());
      if (!Internal || Options[ICC] !== 'false')
        throw new RuntimeError('engine', `the network ${name} is not the factory's own: remove it (docker network rm ${name})`);
      return IPAM.Config[0]?.Gateway ?? null;
    } catch (error) {
      if (engineStatus(error) === 404) return null;
      throw error;
    }
  }

  async function ensure(): Promise<string> {
    try {
      const there = await inspect();
      if (there) return there;
      const Options = { 'com.docker.network.bridge.name': iface, [ICC]: 'false' };
      await docker.createNetwork({ Name: name, Driver: 'bridge', Internal: true, CheckDuplicate: true, Options, Labels: ownLabels(owner) });
      const made = await inspect();
      if (!made) throw new Error('the engine gave it no address');
      return made;
    } catch (error) {
      throw asRuntimeError(error, `the network ${name} could not be made`);
    }
  }

  /** A network's labels are for good: one that names no folder yet, or where DATA_DIR was before it moved, is made again while nobody is on it. */
  async function renew(): Promise<void> {
    const wanted = Object.entries(ownLabels(owner));
    for (const { Id } of await docker.listNetworks({ filters: { label: [`${LABEL.owner}=${owner.id}`] } })) {
      const { Labels, Containers } = networkSchema.parse(await docker.getNetwork(Id).inspect());
      if (Object.keys(Containers).length === 0 && wanted.some(([key, value]) => Labels?.[key] !== value)) await unlessGone(docker.getNetwork(Id).remove());
    }
  }

  const helper = { owner, capacity: engine };
  return {
    bindHost: async () => {
      await renew();
      return (address = await ensure());
    },
    hostInside: () => address,
    url: (port) => `http://${address}:${port}`,
    prepare: async ({ image, port, signal }) => {
      const bridge = { iface, address: (address = await ensure()), port };
      try {
        await closeHost(engine, bridge, { ...helper, image, signal });
        return [];
      } catch (error) {
        signal.throwIfAborted();
        return [`the host could not be closed to workers but for the gateway's port: ${engineWords(error)}`];
      }
    },
    open: async () => name,
    close: async () => undefined,
    dispose: async (image) => {
      if (image) await openHost(engine, iface, { ...helper, image, signal: AbortSignal.timeout(30_000) });
      await unlessGone(docker.getNetwork(name).remove());
    },
  };
}

/** Can this machine bind the address of the engine's bridges? Not so with Docker Desktop, a rootless engine or one elsewhere. */
export async function isBindable(host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, host, () => server.close(() => resolve(true)));
  });
}
