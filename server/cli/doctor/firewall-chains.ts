import type Docker from 'dockerode';
import { machineName } from '../../adapters/this-machine.ts';
import { LABEL, ownLabels } from '../../contracts/engine-labels.ts';
import { BUILT_IMAGE } from './engine-checks.ts';

const LIMIT_MS = 30_000;

/**
 * Chains that the supervisor named for a bridge (worker/supervisor/runtimes/docker/way) which the host has no more: their rules can
 * apply to nothing. The older tables are not even looked at where the newer ones answer: a look would load them into the kernel.
 */
const SWEEP = `
sweep() {
  all=$($1 -w 5 -S) || return 1
  for chain in $(echo "$all" | sed -n 's/^-N \\(AIF-[0-9A-Z]\\{8\\}\\)$/\\1/p'); do
    iface=$(echo "$chain" | tr A-Z a-z)
    test -e "/sys/class/net/$iface" && continue
    while $1 -w 5 -D INPUT -i "$iface" -j "$chain" 2>/dev/null; do :; done
    $1 -w 5 -F "$chain" && $1 -w 5 -X "$chain" && echo "removed $chain"
  done
}
if sweep iptables-nft; then sweep ip6tables-nft || true; else sweep iptables-legacy; sweep ip6tables-legacy || true; fi
`;

/**
 * Takes the chains of bridges that are gone off the machine of the engine, by a short program of a worker image in its network.
 * @returns their names; none where there is no worker image, or the program fails: a chain that stays does nothing
 */
export async function removeChains(docker: Docker, { dataDir, workerImage }: { dataDir: string; workerImage: string | null }): Promise<string[]> {
  try {
    const [image] = await docker.listImages({ filters: { reference: [workerImage ?? BUILT_IMAGE] } });
    return image === undefined ? [] : await sweep(docker, { image: image.Id, dataDir });
  } catch {
    return [];
  }
}

async function sweep(docker: Docker, { image, dataDir }: { image: string; dataDir: string }): Promise<string[]> {
  const container = await docker.createContainer({
    ...{ Image: image, User: '0:0', WorkingDir: '/', Entrypoint: ['/bin/sh', '-uc'], Cmd: [SWEEP], Env: ['XTABLES_LOCKFILE=/tmp/xtables.lock'], Tty: true },
    Labels: { ...ownLabels({ id: 'doctor', dataDir, host: machineName() }), [LABEL.role]: 'firewall' },
    HostConfig: {
      ...{ NetworkMode: 'host', CapDrop: ['ALL'], CapAdd: ['NET_ADMIN', 'NET_RAW'], SecurityOpt: ['no-new-privileges'] },
      ...{ ReadonlyRootfs: true, Tmpfs: { '/tmp': 'rw,nosuid,nodev,size=16m' } },
    },
  });
  try {
    await container.start();
    await container.wait({ abortSignal: AbortSignal.timeout(LIMIT_MS) });
    const output = (await container.logs({ stdout: true, stderr: true, follow: false })).toString('utf8');
    // A chain of both IPv4 and IPv6 is told twice.
    return [...new Set([...output.matchAll(/^removed (AIF-\w+)/gm)].map(([, name]) => name ?? ''))];
  } finally {
    await container.remove({ force: true, v: true });
  }
}
