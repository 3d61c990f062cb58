import type { ContainerInfo } from 'dockerode';
import { LABEL } from '../../../../server/contracts/engine-labels.ts';
import { newId } from '../../../../server/db/ids.ts';
import { RuntimeError, type WorkerRuntime, type WorkerSeen, type WorkerStart } from '../worker-runtime.ts';
import { caArchive } from './image/ca-archive.ts';
import { WORKSPACE, workerSpec } from './container-spec.ts';
import { asRuntimeError, engineStatus, unlessGone } from './engine.ts';
import { probeImage } from './probe.ts';
import { createPreparation, type DockerRuntimeOptions } from './preparation.ts';
import { readLog } from './run-once.ts';
import { readStats } from './stats.ts';
import { nameOf } from './way/way.ts';
import { ensurePulled, imageId } from './image/worker-image.ts';

const PULL_MAX_MS = 10 * 60_000;

export interface DockerRuntime extends WorkerRuntime {
  readonly kind: 'docker';
  /** Takes away every container, network, rule and workspace of this supervisor. */
  dispose: () => Promise<void>;
}

/** Workers as sealed containers. A reference is the container's name; it is also the name of its workspace's volume. */
export async function createDockerRuntime(options: DockerRuntimeOptions): Promise<DockerRuntime> {
  const { engine, way, owner } = options;
  const { docker } = engine;
  const filters = { label: [`${LABEL.owner}=${owner.id}`] };
  const ca = options.build.ca === '' ? null : await caArchive(options.build.ca);
  const preparation = createPreparation(options);
  const probed = new Map<string, Promise<void>>();

  /** The item's own image where it has one: there, and derived from the worker image. */
  async function imageFor(image: string | null, stop: AbortSignal): Promise<string> {
    const own = preparation.image();
    if (image === null || image === options.workerImage) {
      if (own === null) throw new RuntimeError('image', 'the worker image is not ready');
      return own;
    }
    const signal = AbortSignal.any([stop, AbortSignal.timeout(PULL_MAX_MS)]);
    const id = await ensurePulled(docker, image, signal);
    const probe = probed.get(id) ?? probeImage(engine, { image, owner, signal });
    probed.set(id, probe);
    await probe.catch((error: unknown) => {
      probed.delete(id);
      throw error;
    });
    // By its id: the name may point to another one meanwhile.
    return id;
  }

  async function start(start: WorkerStart, { ready, signal }: { ready: Promise<unknown>; signal: AbortSignal }): Promise<{ ref: string }> {
    const name = `${nameOf(owner.id)}-${start.runId}-${start.role}-${newId().slice(0, 4)}`;
    const image = await imageFor(start.image, signal);
    let readyFailed = false;
    try {
      const network = await way.open(name);
      const container = await docker.createContainer(workerSpec({ ...{ start, image, owner, name, network, capacity: engine }, withCa: ca !== null }));
      if (ca) await container.putArchive(ca, { path: WORKSPACE });
      await ready.catch((error: unknown) => {
        readyFailed = true;
        throw error;
      });
      await container.start();
      return { ref: name };
    } catch (error) {
      await remove(name, { keepWorkspace: false }).catch(() => undefined); // the first error is the one to tell
      if (readyFailed) throw error;
      if (engineStatus(error) === 404) preparation.forget();
      throw asRuntimeError(error, 'the worker container could not be started');
    }
  }

  async function remove(ref: string, { keepWorkspace }: { keepWorkspace: boolean }): Promise<void> {
    await unlessGone(docker.getContainer(ref).remove({ force: true, v: true }));
    await way.close(ref);
    if (!keepWorkspace) await unlessGone(docker.getVolume(ref).remove());
  }

  return {
    kind: 'docker',
    isolated: true,
    engineId: async () => `docker:${engine.id}`,
    prepare: preparation.prepare,
    gatewayHost: way.bindHost,
    gatewayUrl: (port) => {
      preparation.usePort(port);
      return way.url(port);
    },
    start,
    inspect: async (ref) => {
      try {
        const { State } = await docker.getContainer(ref).inspect();
        if (State.Running) return { state: 'running' };
        if (State.Status === 'created') return { state: 'exited', exitCode: null, oomKilled: false };
        // A child that the kernel killed is not the end of a worker that went on to finish.
        return { state: 'exited', exitCode: State.ExitCode, oomKilled: State.OOMKilled && State.ExitCode !== 0 };
      } catch (error) {
        if (engineStatus(error) === 404) return { state: 'gone' };
        throw error;
      }
    },
    stop: async (ref, { graceMs }) => {
      const container = docker.getContainer(ref);
      await unlessGone(graceMs > 0 ? container.stop({ t: Math.ceil(graceMs / 1000) }) : container.kill());
    },
    usage: async (ref) => {
      try {
        return readStats(await docker.getContainer(ref).stats({ stream: false, 'one-shot': true }));
      } catch (error) {
        if (engineStatus(error) === 404) return null;
        throw error;
      }
    },
    list: async () => (await docker.listContainers({ all: true, filters })).flatMap(asSeen),
    tail: async (ref, lines) => readLog(docker.getContainer(ref), lines),
    remove,
    dispose: async () => {
      for (const { Id } of await docker.listContainers({ all: true, filters })) await unlessGone(docker.getContainer(Id).remove({ force: true, v: true }));
      for (const { Name } of (await docker.listVolumes({ filters })).Volumes) await unlessGone(docker.getVolume(Name).remove());
      const image = preparation.image();
      await way.dispose(image && (await imageId(docker, image)) ? image : null);
    },
  };
}

function asSeen({ Names, Labels, State }: ContainerInfo): WorkerSeen[] {
  const role = Labels[LABEL.role];
  const runId = Labels[LABEL.run];
  const ref = Names[0]?.replace(/^\//, '');
  if ((role !== 'worker' && role !== 'verifier') || !runId || !ref) return [];
  return [{ ref, runId, role, running: State === 'running' }];
}
