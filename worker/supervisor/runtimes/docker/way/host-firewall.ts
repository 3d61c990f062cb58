import type { ContainerCreateOptions } from 'dockerode';
import { type EngineOwner, LABEL, ownLabels } from '../../../../../server/contracts/engine-labels.ts';
import { type Capacity, hardened } from '../container-spec.ts';
import type { DockerEngine } from '../engine.ts';
import { runOnce } from '../run-once.ts';

const LIMIT_MS = 30_000;

/**
 * An internal network still reaches its host at the bridge's own address, where everything that listens on all interfaces answers:
 * of that, only the gateway's port is left. Idempotent, each table changed in one transaction. $1 interface, $2 chain, $3 address, $4 port.
 */
const CLOSE = `
filter() {
  jump=$($1 -w 5 -C INPUT -i "$2" -j "$3" 2>/dev/null && echo "-D INPUT -i $2 -j $3" || true)
  printf '*filter\\n:%s - [0:0]\\n%b%s\\n-A %s -j DROP\\n-I INPUT 1 -i %s -j %s\\nCOMMIT\\n' "$3" "$4" "$jump" "$3" "$2" "$3" | $1-restore -w 5 --noflush
}
close() {
  filter "$1" "$IFACE" "$CHAIN" "-A $CHAIN -d $ADDRESS -p tcp --dport $PORT -j ACCEPT\\n" || return 1
  filter "$2" "$IFACE" "$CHAIN" "" || echo "IPv6 was left as it is"
}
close iptables-nft ip6tables-nft || close iptables-legacy ip6tables-legacy
`;

/** The older tables are not even looked at where the newer ones held the rules: a look would load them into the kernel. */
const OPEN = `
open() {
  while $1 -w 5 -D INPUT -i "$IFACE" -j "$CHAIN" 2>/dev/null; do :; done
  $1 -w 5 -F "$CHAIN" 2>/dev/null && $1 -w 5 -X "$CHAIN"
}
if open iptables-nft; then open ip6tables-nft || true; else open iptables-legacy || true; open ip6tables-legacy || true; fi
`;

export interface Bridge {
  /** The bridge's interface on the host. */
  iface: string;
  address: string;
  port: number;
}

interface Helper {
  image: string;
  owner: EngineOwner;
  capacity: Capacity;
  signal: AbortSignal;
}

/** Closes the host to the bridge but for one port, by a short program of the worker image in the host's network. @throws with iptables' own words */
export async function closeHost({ docker }: DockerEngine, bridge: Bridge, helper: Helper): Promise<void> {
  const { exitCode, output } = await runOnce(docker, { spec: helperSpec(CLOSE, bridge, helper), limitMs: LIMIT_MS, signal: helper.signal });
  if (exitCode !== 0) throw new Error(output.trim() || `the firewall's program ended with ${exitCode}`);
}

/** Takes the rules away with the bridge. */
export async function openHost({ docker }: DockerEngine, iface: string, helper: Helper): Promise<void> {
  await runOnce(docker, { spec: helperSpec(OPEN, { iface, address: '', port: 0 }, helper), limitMs: LIMIT_MS, signal: helper.signal });
}

function helperSpec(script: string, { iface, address, port }: Bridge, { image, owner, capacity }: Helper): ContainerCreateOptions {
  return {
    Image: image,
    User: '0:0',
    WorkingDir: '/',
    Entrypoint: ['/bin/sh', '-euc'],
    Cmd: [script],
    Env: [`IFACE=${iface}`, `CHAIN=${iface.toUpperCase()}`, `ADDRESS=${address}`, `PORT=${port}`, 'XTABLES_LOCKFILE=/tmp/xtables.lock'],
    Labels: { ...ownLabels(owner), [LABEL.role]: 'firewall' },
    HostConfig: { ...hardened(capacity), CapAdd: ['NET_ADMIN', 'NET_RAW'], NetworkMode: 'host', Dns: [], DnsSearch: [] },
  };
}
