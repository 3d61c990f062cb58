import type { Check } from '../../contracts/health.ts';
import { fail, judgeStream, judgeTls, pass, warn } from '../../domain/settings/health.ts';
import type { Env } from '../../env.ts';
import { readState } from '../start/state.ts';
import { words } from './words.ts';
import { TEST_STREAM } from '../../contracts/vocabulary.ts';

const TIMEOUT_MS = 10_000;

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
    const code = error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : '';
    const untrusted = judgeTls({ url, code, words: words(error) });
    if (untrusted) return untrusted;
    // A supervisor that was started alone, as in a container of its own, may well have no way there.
    if (part === 'supervisor' && readState(env).url === undefined) return pass('Live streams', `not looked at from here: nothing answers at ${url}`);
    return warn('Live streams', `no web app answers at ${url}`, 'npm start');
  }
}
