import type { Check, HealthReport } from '../../contracts/health.ts';
import { runChecks, runFixes } from '../doctor/run-checks.ts';

const MARK = { PASS: '✔', WARN: '!', FAIL: '✘' } as const;

/** Checks this machine and the configuration; exit code 1 where something fails. With `fix`, does first what is safe. `asSupervisor`: the environment is a supervisor's. */
export async function doctor({ json = false, fix = false, asSupervisor = false }: { json?: boolean; fix?: boolean; asSupervisor?: boolean }): Promise<void> {
  const part = asSupervisor ? 'supervisor' : 'whole';
  const fixed = fix ? await runFixes(process.env, part) : [];
  const checks = await runChecks(process.env, part);
  const ok = !checks.some((check) => check.result === 'FAIL');
  if (json) process.stdout.write(`${JSON.stringify({ ok, fixed, checks } satisfies HealthReport, null, 2)}\n`);
  else for (const line of [...fixed, ...checks.map(show)]) process.stdout.write(`${line}\n`);
  if (!ok) process.exitCode = 1;
}

function show({ name, result, detail, fix }: Check): string {
  return `${MARK[result]} ${result}  ${name.padEnd(18)} ${detail}${fix ? `\n        Fix: ${fix}` : ''}`;
}
