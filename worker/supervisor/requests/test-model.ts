import { z } from 'zod';
import type { connectionAnswerSchema } from '../../../server/contracts/supervisor-requests.ts';
import { words } from './test-github.ts';

type Answer = z.infer<typeof connectionAnswerSchema>;
const TIMEOUT_MS = 20_000;
/** Counting tokens costs nothing. */
const MODEL = 'claude-haiku-4-5';
const OAUTH_BETA = 'oauth-2025-04-20';

/** Whether the model's API takes the credential, in a sentence; nothing is spent. */
export async function testModel({
  apiKey,
  oauthToken,
  baseUrl,
}: {
  apiKey: string | undefined;
  oauthToken: string | undefined;
  baseUrl: string;
}): Promise<Answer> {
  const what = apiKey ? 'API key' : 'subscription’s token';
  if (!apiKey && !oauthToken) return { works: false, sentence: 'There is no model credential: only the scripted demo agent works.' };
  const credential: Record<string, string> = apiKey ? { 'x-api-key': apiKey } : { authorization: `Bearer ${oauthToken}`, 'anthropic-beta': OAUTH_BETA };
  const host = new URL(baseUrl).host;
  try {
    const answer = await fetch(`${baseUrl.replace(/\/+$/, '')}/v1/messages/count_tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...credential },
      body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello' }] }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.ok) return { works: true, sentence: `${host} takes the ${what}.` };
    const error = z.object({ error: z.object({ message: z.string() }) }).safeParse(await answer.json().catch(() => null));
    const said = error.success ? ` (${error.data.error.message.slice(0, 300)})` : '';
    if (answer.status === 401 || answer.status === 403) return { works: false, sentence: `${host} refuses the ${what}${said}.` };
    if (answer.status === 429) return { works: true, sentence: `${host} takes the ${what}, but its limit is reached for now${said}.` };
    return { works: false, sentence: `${host} answered ${answer.status}${said}.` };
  } catch (error) {
    return { works: false, sentence: `${host} cannot be reached: ${words(error)}.` };
  }
}
