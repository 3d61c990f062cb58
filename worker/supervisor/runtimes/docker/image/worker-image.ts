import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { LABEL } from '../../../../../server/contracts/engine-labels.ts';
import { RuntimeError } from '../../worker-runtime.ts';
import { asRuntimeError, type DockerEngine, engineStatus } from '../engine.ts';
import { fetchTool, imageContext, imageTools } from './image-context.ts';

const DOCKERFILE = join(import.meta.dirname, '../../../../../docker/worker.Dockerfile');
/** Name of all of them; the tag is a hash of what one is made of. */
export const IMAGE = 'ai-factory-worker';
const BUILD_MAX_MS = 30 * 60_000;
/** Lines of the build's output that explain its failure. */
const FAILURE_LINES = 8;

export interface WorkerImageOptions {
  dataDir: string;
  /** WORKER_BASE. */
  base: string;
  /** Certificates that the host trusts besides its own; empty: none. */
  ca: string;
  /** Makes Ralph's one-file program. */
  bundle: (outFile: string) => Promise<unknown>;
  /** Proxy variables of the host, for the build alone. */
  host: Readonly<Record<string, string | undefined>>;
}

/**
 * The name of the factory's own worker image, built where the engine has none of exactly these inputs.
 * `owner`: the supervisor whose label it gets. `onStep` is told what is being done. @throws RuntimeError with the engine's or npm's own words
 */
export async function ensureWorkerImage(
  { docker, arch }: DockerEngine,
  options: WorkerImageOptions,
  { owner, onStep, signal }: { owner: string; onStep: (step: string) => void; signal: AbortSignal },
): Promise<string> {
  onStep('bundling Ralph');
  const tools = join(options.dataDir, 'tools');
  const ralph = await bundleRalph(options, tools);
  const dockerfile = readFileSync(DOCKERFILE, 'utf8');
  const wanted = imageTools(arch);
  if (!(await imageId(docker, options.base))) onStep(`fetching ${options.base}`);
  // Its id, not its name: a base that moved on is built upon anew.
  const base = await ensurePulled(docker, options.base, signal);
  const hash = createHash('sha256');
  for (const part of [dockerfile, ralph, base, options.ca, ...wanted.map((tool) => tool.name)]) hash.update(part).update('\0');
  const name = `${IMAGE}:${hash.digest('hex').slice(0, 16)}`;
  if (await imageId(docker, name)) return name;

  const archives = [];
  for (const tool of wanted) {
    onStep(`fetching ${tool.name}`);
    const file = await fetchTool(tool.name, { dir: join(tools, 'image'), signal }).catch((cause: unknown) => {
      throw new RuntimeError('image', cause instanceof Error ? cause.message : String(cause), { cause });
    });
    archives.push({ file, place: tool.place });
  }
  onStep('sending its files to the engine');
  const context = imageContext({ files: { Dockerfile: dockerfile, 'ca.pem': options.ca, 'ralph.mjs': ralph }, archives });
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(BUILD_MAX_MS)]);
  try {
    const buildargs = { BASE: options.base, ...proxies(options.host) };
    const labels = { [LABEL.builtBy]: owner };
    const answer = await docker.buildImage(Readable.from(context), { t: name, buildargs, labels, networkmode: 'host', rm: true, forcerm: true, abortSignal });
    await followBuild(answer, onStep);
    return name;
  } catch (error) {
    const fault = asRuntimeError(error, 'the worker image could not be built');
    throw fault.kind === 'engine' && engineStatus(error) === null && error instanceof BuildFailed
      ? new RuntimeError('image', fault.message, { cause: error })
      : fault;
  } finally {
    context.destroy();
  }
}

/** Id of an image that the engine has; null where it has none of this name. */
export async function imageId(docker: DockerEngine['docker'], name: string): Promise<string | null> {
  try {
    return (await docker.getImage(name).inspect()).Id;
  } catch (error) {
    if (engineStatus(error) === 404) return null;
    throw error;
  }
}

/** Pulls an image that is missing. @returns its id @throws RuntimeError with the engine's own words */
export async function ensurePulled(docker: DockerEngine['docker'], name: string, signal: AbortSignal): Promise<string> {
  try {
    const there = await imageId(docker, name);
    if (there) return there;
    await followBuild(await docker.pull(name, { abortSignal: signal }), () => undefined);
    return (await docker.getImage(name).inspect()).Id;
  } catch (error) {
    const fault = asRuntimeError(error, `the image ${name} cannot be had`);
    throw fault.kind === 'engine' && engineStatus(error) !== null ? new RuntimeError('image', fault.message, { cause: error }) : fault;
  }
}

async function bundleRalph(options: WorkerImageOptions, dir: string): Promise<Buffer> {
  const file = join(dir, `ralph-image.${process.pid}.mjs`);
  await mkdir(dir, { recursive: true });
  try {
    await options.bundle(file);
    return await readFile(file);
  } finally {
    await rm(file, { force: true });
  }
}

function proxies(host: WorkerImageOptions['host']): Record<string, string> {
  return Object.fromEntries(Object.entries(host).filter((entry): entry is [string, string] => /^(https?|no)_proxy$/i.test(entry[0]) && Boolean(entry[1])));
}

/** A step of the build or of a pull failed; the message is the engine's, with what the step printed last. */
class BuildFailed extends Error {}

const progressSchema = z.object({ stream: z.string().optional(), error: z.string().optional() });

async function followBuild(answer: NodeJS.ReadableStream, onStep: (step: string) => void): Promise<void> {
  const printed: string[] = [];
  for await (const line of createInterface({ input: answer })) {
    if (line.trim() === '') continue;
    const { stream, error } = progressSchema.parse(JSON.parse(line));
    if (error !== undefined) throw new BuildFailed([error, ...printed.slice(-FAILURE_LINES)].join('\n'));
    const text = stream?.trim() ?? '';
    const step = /^Step (\d+\/\d+) : (.*)$/.exec(text);
    if (step) onStep(`step ${step[1]}: ${(step[2] ?? '').slice(0, 60)}`);
    else if (text !== '') printed.push(text);
  }
}
