import type { Container, ContainerCreateOptions } from 'dockerode';
import type Docker from 'dockerode';
import { unlessGone } from './engine.ts';

const OUTPUT_MAX_BYTES = 1024 * 1024;

/** Runs one container to its end and takes it away. @throws the engine's error; an Error where it outlives `limitMs` */
export async function runOnce(
  docker: Docker,
  { spec, limitMs, signal }: { spec: ContainerCreateOptions; limitMs: number; signal: AbortSignal },
): Promise<{ exitCode: number; output: string }> {
  const container = await docker.createContainer(spec);
  const limit = AbortSignal.timeout(limitMs);
  try {
    await container.start();
    const { StatusCode } = (await container.wait({ abortSignal: AbortSignal.any([signal, limit]) })) as { StatusCode: number };
    return { exitCode: StatusCode, output: await readLog(container, 200) };
  } catch (error) {
    if (limit.aborted) throw new Error(`took longer than ${limitMs / 1000} s`, { cause: error });
    throw error;
  } finally {
    await unlessGone(container.remove({ force: true, v: true }));
  }
}

/** Last lines of stdout and stderr as they came, bounded. Our containers have no terminal, so that the two come multiplexed. */
export async function readLog(container: Container, lines: number): Promise<string> {
  const raw = await container.logs({ stdout: true, stderr: true, follow: false, tail: lines });
  const parts: Buffer[] = [];
  // Each frame: one byte of stream, three of nothing, four of length, then the text.
  for (let at = 0; at + 8 <= raw.length;) {
    const length = raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts).subarray(-OUTPUT_MAX_BYTES).toString('utf8').trimEnd();
}
