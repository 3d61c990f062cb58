import { describe, expect, it } from 'vitest';
import { hardened, probeSpec, workerSpec } from './container-spec.ts';

const owner = { id: 'o1', dataDir: '/srv/data', host: 'h' };
const GIB = 1024 ** 3;
const start = { runId: 'r1', workItemId: 'w1', role: 'worker', token: 'fwr_x', gatewayUrl: 'http://172.18.0.1:7070', image: null, agent: 'claude' } as const;
const capacity = { cpus: 8, memoryBytes: 32 * GIB };
const spec = (more: Partial<Parameters<typeof workerSpec>[0]> = {}) =>
  workerSpec({ start, image: 'i', owner, name: 'n', network: 'net', withCa: false, capacity, ...more });
const envOf = (of: ReturnType<typeof spec>) => Object.fromEntries((of.Env ?? []).map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));

describe('what a container is shut in with', () => {
  it('has no rights, no way to gain any, nothing to write but its own, and bounds on all', () => {
    expect(spec()).toMatchObject({ User: '1000:1000' });
    expect(spec().HostConfig).toMatchObject({ CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], ReadonlyRootfs: true, Privileged: false, PidsLimit: 1024 });
    expect(spec().HostConfig).toMatchObject({ Memory: 4 * GIB, MemorySwap: 4 * GIB, NanoCpus: 2e9, NetworkMode: 'net' });
    expect(spec().HostConfig?.LogConfig).toEqual({ Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } });
    expect(spec().HostConfig?.Binds).toBeUndefined();
    expect(spec().HostConfig?.Mounts?.map(({ Type, Target }) => [Type, Target])).toEqual([['volume', '/workspace']]);
    expect(probeSpec({ image: 'i', owner, network: 'none', command: ['x'], capacity }).HostConfig).toMatchObject({
      CapDrop: ['ALL'],
      ReadonlyRootfs: true,
    });
  });

  it('takes no more than a small engine has', () => {
    expect(hardened({ cpus: 1, memoryBytes: 2 * GIB })).toMatchObject({ NanoCpus: 1e9, Memory: Math.floor(1.6 * GIB) });
  });
});

describe('what a worker is told', () => {
  it('is its run, the gateway and the way out, made of the same token', () => {
    const env = envOf(spec());
    expect(env).toMatchObject({
      FACTORY_URL: 'http://172.18.0.1:7070',
      FACTORY_RUN_ID: 'r1',
      FACTORY_TOKEN: 'fwr_x',
      https_proxy: 'http://run:fwr_x@172.18.0.1:7070',
    });
    expect(env.NO_PROXY).toBe('172.18.0.1,127.0.0.1,localhost');
    expect(Object.keys(env).filter((name) => /CERT|CA_|CAINFO/.test(name))).toEqual([]);
  });

  it('names the certificates where the host has some', () => {
    expect(envOf(spec({ withCa: true }))).toMatchObject({ NODE_EXTRA_CA_CERTS: '/workspace/.ca/extra.pem', GIT_SSL_CAINFO: '/workspace/.ca/bundle.pem' });
  });

  it('is labelled with its owner, run and role; a verifier is told to verify', () => {
    const verifier = spec({ start: { ...start, role: 'verifier' } });
    expect(verifier.Cmd).toEqual(['verify']);
    const whose = { 'ai-factory.owner': 'o1', 'ai-factory.data-dir': '/srv/data', 'ai-factory.host': 'h' };
    expect(verifier.Labels).toEqual({ ...whose, 'ai-factory.run': 'r1', 'ai-factory.role': 'verifier', 'ai-factory.item': 'w1' });
    expect(spec().Cmd).toEqual([]);
  });
});
