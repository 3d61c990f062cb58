import type { Check } from '../../contracts/health.ts';
import { fail, pass, warn } from '../../domain/health.ts';
import type { Env } from '../../env.ts';
import { words } from './words.ts';

export async function checkGitHub(env: Env): Promise<Check> {
  if (!env.GITHUB_TOKEN) return warn('GitHub token', 'is not set: GitHub repositories, pull requests and issues are off', 'set GITHUB_TOKEN');
  try {
    const url = `${env.GITHUB_API_URL.replace(/\/+$/, '')}/user`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${env.GITHUB_TOKEN}` }, signal: AbortSignal.timeout(10_000) });
    if (answer.ok) return pass('GitHub token', `works at ${new URL(url).host}`);
    return fail('GitHub token', `GitHub answered ${answer.status}`, 'make a new token with repository permissions and set GITHUB_TOKEN');
  } catch (error) {
    return warn('GitHub token', `GitHub cannot be reached: ${words(error)}`, 'check the network and GITHUB_API_URL');
  }
}

export function checkModel(env: Env): Check {
  if (env.ANTHROPIC_API_KEY ?? env.CLAUDE_CODE_OAUTH_TOKEN) return pass('Model credential', 'is set');
  if (env.AGENT === 'command') return pass('Model credential', 'not needed (AGENT=command)');
  return warn('Model credential', 'is not set: the scripted demo agent works', 'set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN');
}
