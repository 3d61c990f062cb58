import type { Check } from '../../contracts/health.ts';
import { TEST_STREAM } from '../../contracts/health.ts';
import { fail, judgeStream, pass, warn } from '../../domain/health.ts';
import { type Env, originOf } from '../../env.ts';
import { isPortFree } from '../start/ports.ts';
import { readState } from '../start/state.ts';
import { words } from './words.ts';

const TIMEOUT_MS = 10_000;

/** Is the web app's port free, or held by the factory itself? */
export async function checkPort(env: Env): Promise<Check> {
  const last = readState(env);
  const port = last.wanted === env.PORT && last.port ? last.port : env.PORT;
  if (await isPortFree(port, env.LISTEN_HOST ?? env.HOST)) return pass('Port', `${port} is free`);
  if (await isFactory(originOf(env.HOST, port))) return pass('Port', `the factory answers on ${port}`);
  return warn('Port', `${port} is taken by another program`, 'a start takes the next free one; set PORT for a fixed one');
}

/** Does an event stream come through at the address that people use: TLS, proxies and all? */
export async function checkStream(env: Env, part: 'whole' | 'supervisor'): Promise<Check> {
  const url = env.APP_URL ?? readState(env).url ?? env.appUrl;
  try {
    const answer = await fetch(`${url.replace(/\/+$/, '')}/healthz/stream`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok || !answer.body) return fail('Live streams', `${url} answered ${answer.status}`, 'let APP_URL lead to the factory’s web app');
    const arrivalsMs: number[] = [];
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) for (const _ of chunk.matchAll(/^data: /gm)) arrivalsMs.push(Date.now());
    return judgeStream({ arrivalsMs, everyMs: TEST_STREAM.everyMs });
  } catch (error) {
    const tls = error instanceof Error && error.cause instanceof Error && 'code' in error.cause && /CERT|SSL|TLS|SIGNED/i.test(String(error.cause.code));
    if (tls)
      return fail(
        'Live streams',
        `the certificate of ${url} is not trusted: ${words(error)}`,
        'give the proxy a certificate that machines trust, or set NODE_EXTRA_CA_CERTS',
      );
    // A supervisor that was started alone, as in a container of its own, may well have no way there.
    if (part === 'supervisor' && readState(env).url === undefined) return pass('Live streams', `not looked at from here: nothing answers at ${url}`);
    return warn('Live streams', `no web app answers at ${url}`, 'npm start');
  }
}

async function isFactory(origin: string): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return JSON.stringify(await answer.json()) === '{"ok":true}';
  } catch {
    return false; // another program's answer, or none
  }
}
