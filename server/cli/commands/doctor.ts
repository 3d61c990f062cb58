import { type Check, runChecks } from '../doctor-checks.ts';

const MARK = { PASS: '✔', WARN: '!', FAIL: '✘' } as const;

/** Checks this machine and the configuration; exit code 1 where something fails. */
export async function doctor({ json = false }: { json?: boolean }): Promise<void> {
  const checks = await runChecks(process.env);
  if (json) process.stdout.write(`${JSON.stringify({ ok: !checks.some((check) => check.result === 'FAIL'), checks }, null, 2)}\n`);
  else for (const check of checks) process.stdout.write(`${show(check)}\n`);
  if (checks.some((check) => check.result === 'FAIL')) process.exitCode = 1;
}

function show({ name, result, detail, fix }: Check): string {
  return `${MARK[result]} ${result}  ${name.padEnd(18)} ${detail}${fix ? `\n        Fix: ${fix}` : ''}`;
}
