import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { type EngineOwner, LABEL, ownLabels } from '../../../../server/contracts/engine-labels.ts';
import type { WorkerStart } from '../worker-runtime.ts';

/** Fixed by docker/worker.Dockerfile. */
export const RALPH = '/opt/ai-factory/bin/ralph';
export const NODE = '/opt/ai-factory/node/bin/node';
const INIT = '/usr/bin/tini';
const HOME = '/home/worker';
export const WORKSPACE = '/workspace';
export const CA_DIR = `${WORKSPACE}/.ca`;
const CA_BUNDLE = `${CA_DIR}/bundle.pem`;
const USER = '1000:1000';

const GIB = 1024 ** 3;
const MEMORY_MAX_BYTES = 4 * GIB;
const CPUS_MAX = 2;
const PIDS_MAX = 1024;
const LOG_CONFIG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } };
// Nothing can be resolved but names of the network itself: a lookup would be a way out.
const NO_DNS = ['127.0.0.1'];

export interface Capacity {
  cpus: number;
  memoryBytes: number;
}

/** What every container of the factory is shut in with. Tests build into /tmp and run it: exec stays allowed there. */
export function hardened({ cpus, memoryBytes }: Capacity): HostConfig {
  const memory = Math.min(MEMORY_MAX_BYTES, Math.floor(memoryBytes * 0.8));
  return {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    ReadonlyRootfs: true,
    Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=1g', [HOME]: 'rw,exec,nosuid,nodev,mode=0700,uid=1000,gid=1000,size=512m' },
    PidsLimit: PIDS_MAX,
    Memory: memory,
    MemorySwap: memory,
    NanoCpus: Math.min(CPUS_MAX, cpus) * 1e9,
    LogConfig: LOG_CONFIG,
    RestartPolicy: { Name: 'no' },
    Dns: NO_DNS,
    DnsSearch: ['.'],
    DnsOptions: ['timeout:1', 'attempts:1'],
    IpcMode: 'private',
    Privileged: false,
  };
}

/** A short sealed program of the factory in a worker image: a probe. */
export function probeSpec(probe: { image: string; owner: EngineOwner; network: string; command: string[]; capacity: Capacity }): ContainerCreateOptions {
  const [program = 'true', ...args] = probe.command;
  return {
    ...{ Image: probe.image, User: USER, WorkingDir: '/tmp', Entrypoint: [program], Cmd: args, Env: [`HOME=${HOME}`] },
    Labels: { ...ownLabels(probe.owner), [LABEL.role]: 'probe' },
    HostConfig: { ...hardened(probe.capacity), NetworkMode: probe.network },
  };
}

/** A worker's or verifier's container. Its environment holds the run's token and nothing else that is secret. */
export function workerSpec(worker: {
  start: WorkerStart;
  image: string;
  owner: EngineOwner;
  name: string;
  network: string;
  withCa: boolean;
  capacity: Capacity;
}): ContainerCreateOptions {
  const { start, name, owner } = worker;
  const labels = { ...ownLabels(owner), [LABEL.run]: start.runId, [LABEL.role]: start.role, [LABEL.item]: start.workItemId };
  return {
    name,
    ...{ Image: worker.image, User: USER, WorkingDir: WORKSPACE, Labels: labels },
    Entrypoint: [INIT, '--', RALPH],
    Cmd: start.role === 'verifier' ? ['verify'] : [],
    Env: Object.entries(workerEnv(start, worker.withCa)).map(([key, value]) => `${key}=${value}`),
    HostConfig: {
      ...hardened(worker.capacity),
      NetworkMode: worker.network,
      Mounts: [
        { Type: 'volume', Source: name, Target: WORKSPACE, VolumeOptions: { NoCopy: false, Labels: labels, DriverConfig: { Name: 'local', Options: {} } } },
      ],
    },
  };
}

function workerEnv({ gatewayUrl, runId, token, role }: WorkerStart, withCa: boolean): Record<string, string> {
  const proxy = gatewayUrl.replace('://', `://run:${token}@`);
  const direct = `${new URL(gatewayUrl).hostname},127.0.0.1,localhost`;
  return {
    HOME,
    LANG: 'C.UTF-8',
    FACTORY_URL: gatewayUrl,
    FACTORY_RUN_ID: runId,
    FACTORY_TOKEN: token,
    FACTORY_ROLE: role,
    FACTORY_WORKSPACE: WORKSPACE,
    ...{ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy, NO_PROXY: direct, no_proxy: direct },
    // A cache in the memory of /home would count as the worker's memory.
    npm_config_cache: `${WORKSPACE}/.cache/npm`,
    npm_config_update_notifier: 'false',
    ...(withCa
      ? {
          NODE_EXTRA_CA_CERTS: `${CA_DIR}/extra.pem`,
          SSL_CERT_FILE: CA_BUNDLE,
          GIT_SSL_CAINFO: CA_BUNDLE,
          CURL_CA_BUNDLE: CA_BUNDLE,
          REQUESTS_CA_BUNDLE: CA_BUNDLE,
        }
      : {}),
  };
}
