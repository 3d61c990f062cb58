import { type EngineOwner, LABEL } from '../../../../server/contracts/engine-labels.ts';
import { nameOf, type Way } from './way/way.ts';
import { KEEP_WORKSPACES_MS } from '../kept-workspaces.ts';
import { type Readiness, RuntimeError } from '../worker-runtime.ts';
import { type DockerEngine, engineWords, unlessGone } from './engine.ts';
import { probeImage, probeWay } from './probe.ts';
import { removeOldImages } from './image/old-images.ts';
import { ensurePulled, ensureWorkerImage, type WorkerImageOptions } from './image/worker-image.ts';

/** After a failure it is tried again after this long. */
const AGAIN_MS = 60_000;
/** The host's rules are made again and old workspaces taken away this often. */
const CARE_MS = 5 * 60_000;

export interface DockerRuntimeOptions {
  engine: DockerEngine;
  way: Way;
  /** Only what carries its id is seen or touched. */
  owner: EngineOwner;
  /** WORKER_IMAGE; null: the factory's own is built. */
  workerImage: string | null;
  build: WorkerImageOptions;
}

export interface Preparation {
  prepare: (signal: AbortSignal) => Promise<Readiness>;
  /** The worker image once it is there. */
  image: () => string | null;
  usePort: (port: number) => void;
  /** Something that was made is gone: all of it is looked at again. */
  forget: () => void;
}

/** Makes the image, the way and the proof that it is shut, in the background; each question is answered at once. */
export function createPreparation(options: DockerRuntimeOptions): Preparation {
  const { engine, way, owner } = options;
  let readiness: Readiness = { ready: false, reason: 'the worker image is looked for' };
  let failed: string | undefined;
  let image: string | null = null;
  let port = 0;
  let busy = false;
  let dueAt = 0;

  async function make(signal: AbortSignal): Promise<void> {
    if (options.workerImage !== null) {
      readiness = { ready: false, reason: `fetching the worker image ${options.workerImage}` };
      await ensurePulled(engine.docker, options.workerImage, signal);
      await probeImage(engine, { image: options.workerImage, owner, signal });
      image = options.workerImage;
    } else {
      const onStep = (step: string) => void (readiness = { ready: false, reason: `building the worker image (${step})` });
      image = await ensureWorkerImage(engine, options.build, { owner: owner.id, onStep, signal });
    }
    readiness = { ready: false, reason: 'looking whether a worker reaches the gateway' };
    const warnings = await openWay(image, signal);
    readiness = warnings.length > 0 ? { ready: true, warnings } : { ready: true };
    // Workers need nothing of this: what fails is done at a later start.
    if (options.workerImage === null) await removeOldImages(engine.docker, { owner: owner.id, current: image }).catch(() => undefined);
  }

  async function openWay(worker: string, signal: AbortSignal): Promise<string[]> {
    const opened = await way.prepare({ image: worker, port, signal });
    const name = `${nameOf(owner.id)}-probe-${process.pid}`;
    const network = await way.open(name);
    try {
      const bindHost = way.hostInside();
      const { shut } = await probeWay(engine, { image: worker, owner, signal, gatewayUrl: way.url(port), network, bindHost });
      if (!shut) {
        const words = 'no worker is started: from inside, other services of this machine could be reached';
        throw new RuntimeError('engine', [words, ...opened].join('. '));
      }
      return opened;
    } finally {
      await way.close(name);
    }
  }

  /** Rules may be flushed by others; nothing that works is put on hold for that. */
  async function care(worker: string, signal: AbortSignal): Promise<void> {
    const warnings = await openWay(worker, signal);
    readiness = warnings.length > 0 ? { ready: true, warnings } : { ready: true };
    const filters = { label: [`${LABEL.owner}=${owner.id}`] };
    for (const volume of (await engine.docker.listVolumes({ filters })).Volumes) {
      const made = 'CreatedAt' in volume && typeof volume.CreatedAt === 'string' ? Date.parse(volume.CreatedAt) : NaN;
      // One that is in use stays: the engine refuses.
      if (Date.now() - made > KEEP_WORKSPACES_MS) await unlessGone(engine.docker.getVolume(volume.Name).remove());
    }
  }

  async function attend(signal: AbortSignal): Promise<void> {
    busy = true;
    try {
      if (readiness.ready && image !== null) await care(image, signal);
      else await make(signal);
      failed = undefined;
      dueAt = Date.now() + CARE_MS;
    } catch (error) {
      if (!signal.aborted) {
        failed = error instanceof RuntimeError ? error.message : engineWords(error);
        readiness = { ready: false, reason: failed };
      }
      dueAt = Date.now() + AGAIN_MS;
    } finally {
      busy = false;
    }
  }

  return {
    prepare: async (signal) => {
      if (!busy && Date.now() >= dueAt) void attend(signal);
      return readiness.ready || failed === undefined ? readiness : { ...readiness, failed };
    },
    image: () => image,
    usePort: (wanted) => void (port = wanted),
    forget: () => {
      readiness = { ready: false, reason: 'something that workers need was removed and is made again' };
      dueAt = 0;
    },
  };
}
