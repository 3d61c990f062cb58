/** Does one step of the start and prints one line for it, with its time. */
export async function step<T>(name: string, work: () => Promise<T> | T, tell: (result: T) => string = () => ''): Promise<T> {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    const result = await work();
    const detail = tell(result);
    process.stdout.write(`  ✔ ${name.padEnd(12)} ${seconds().padStart(7)}${detail ? `  ${detail}` : ''}\n`);
    return result;
  } catch (error) {
    process.stdout.write(`  ✘ ${name.padEnd(12)} ${seconds().padStart(7)}\n`);
    throw error;
  }
}

/** Rules above and below the lines; nothing beside them, so that a command of several lines can be copied and pasted. */
export function box(lines: readonly string[]): string {
  const rule = '━'.repeat(Math.min(100, Math.max(...lines.map((line) => line.length))));
  return [rule, ...lines, rule].join('\n');
}
