import { type EngineOwner, LABEL, ownLabels } from '../../../../../server/contracts/engine-labels.ts';
import { hardened, NODE } from '../container-spec.ts';
import { asRuntimeError, type DockerEngine, engineStatus, unlessGone } from '../engine.ts';
import { type Member, relayName } from './joined-way.ts';

const HOST_ALIAS = 'host.docker.internal';
const PORT_LABEL = 'ai-factory.port';
/** Forwards one port to the machine that runs the supervisor, and nothing else. */
const FORWARD = `
const net = require('node:net');
const [host, port] = process.argv.slice(1);
net.createServer((inside) => {
  const outside = net.connect(Number(port), host);
  const end = () => { inside.destroy(); outside.destroy(); };
  inside.on('error', end).on('close', end).pipe(outside);
  outside.on('error', end).on('close', end).pipe(inside);
}).listen(Number(port), '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
`;

/**
 * Where the bridges' addresses are not this machine's (Docker Desktop): a small container stands on the workers' networks and on an
 * ordinary one. `bindHost`: what the gateway binds so that the engine's ${HOST_ALIAS} leads to it.
 */
export function createRelay({ docker, ...capacity }: DockerEngine, owner: EngineOwner, bindHost = '127.0.0.1'): Member {
  const name = relayName(owner.id);

  async function running(image: string, port: number): Promise<string | null> {
    try {
      const { Id, State, Config } = await docker.getContainer(name).inspect();
      return State.Running && Config.Image === image && Config.Labels[PORT_LABEL] === String(port) ? Id : null;
    } catch (error) {
      if (engineStatus(error) === 404) return null;
      throw error;
    }
  }

  const dispose = () => unlessGone(docker.getContainer(name).remove({ force: true, v: true }));
  return {
    bindHost,
    ensure: async ({ image, port }) => {
      try {
        const there = await running(image, port);
        if (there) return there;
        await dispose();
        const container = await docker.createContainer({
          ...{ name, Image: image, User: '1000:1000', WorkingDir: '/tmp', Entrypoint: [NODE, '-e', FORWARD], Cmd: [HOST_ALIAS, String(port)] },
          Labels: { ...ownLabels(owner), [LABEL.role]: 'relay', [PORT_LABEL]: String(port) },
          HostConfig: {
            ...hardened(capacity),
            ...{ NetworkMode: 'bridge', Dns: [], DnsSearch: [], ExtraHosts: [`${HOST_ALIAS}:host-gateway`] },
            RestartPolicy: { Name: 'unless-stopped' },
          },
        });
        await container.start();
        return container.id;
      } catch (error) {
        throw asRuntimeError(error, 'the relay to the gateway could not be started');
      }
    },
    dispose,
  };
}
