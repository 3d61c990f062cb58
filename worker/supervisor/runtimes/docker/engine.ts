import Docker from 'dockerode';
import { z } from 'zod';
import { RuntimeError } from '../worker-runtime.ts';

const ANSWER_MAX_MS = 5_000;

/** An engine that answered, and what is decided by its nature. */
export interface DockerEngine {
  docker: Docker;
  /** The engine's own id: the same after a restart of it. */
  id: string;
  arch: 'x64' | 'arm64';
  cpus: number;
  memoryBytes: number;
}

export type EngineAnswer = { kind: 'found'; engine: DockerEngine } | { kind: 'none'; reason: string };

const infoSchema = z.object({ ID: z.string(), Architecture: z.string(), NCPU: z.number(), MemTotal: z.number(), OSType: z.string() });

/** Asks the engine of DOCKER_HOST, else of the local socket. Never throws: an engine that does not answer is an answer too. */
export async function detectDocker(): Promise<EngineAnswer> {
  try {
    // A client that gives up on silence, for this question alone: builds and waits are long.
    const info = infoSchema.parse(await new Docker({ timeout: ANSWER_MAX_MS }).info());
    if (info.OSType !== 'linux') return { kind: 'none', reason: `the Docker engine runs ${info.OSType} containers, not linux ones` };
    const arch = info.Architecture === 'aarch64' || info.Architecture === 'arm64' ? 'arm64' : 'x64';
    return { kind: 'found', engine: { docker: new Docker(), id: info.ID, arch, cpus: info.NCPU, memoryBytes: info.MemTotal } };
  } catch (error) {
    return { kind: 'none', reason: `no Docker engine answers: ${engineWords(error)}` };
  }
}

const answerSchema = z.object({ statusCode: z.number(), json: z.object({ message: z.string() }).optional().catch(undefined) });

/** HTTP status that the engine answered with; null where it did not answer. */
export function engineStatus(error: unknown): number | null {
  const answer = answerSchema.safeParse(error);
  return answer.success ? answer.data.statusCode : null;
}

/** The engine's own message, without what the client puts around it. */
export function engineWords(error: unknown): string {
  const answer = answerSchema.safeParse(error);
  const words = answer.data?.json?.message ?? (error instanceof Error ? error.message : String(error));
  // A failed connection to several addresses has an empty message of its own.
  return words.trim() || (error instanceof Error && 'code' in error ? String(error.code) : 'no words');
}

/** Names whose fault it is. The engine has no code for a full disk or a broken image: there only its words tell. */
export function asRuntimeError(error: unknown, doing: string): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const words = engineWords(error);
  const isDisk = /no space left on device|disk quota exceeded/i.test(words);
  const isImage =
    /no such image|manifest unknown|pull access denied|repository does not exist|executable file not found|exec format error|no such file or directory.*exec|invalid reference format/i.test(
      words,
    );
  return new RuntimeError(isDisk ? 'disk' : isImage ? 'image' : 'engine', `${doing}: ${words}`, { cause: error });
}

/** Does `act`; what was gone already, or in that state already, is fine. */
export async function unlessGone(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (![304, 404, 409].includes(engineStatus(error) ?? 0)) throw error;
  }
}
