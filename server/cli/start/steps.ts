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

/** A frame around the lines; ANSI-free, so that it can be pasted. */
export function box(lines: readonly string[]): string {
  const width = Math.min(100, Math.max(...lines.map((line) => line.length)));
  const rule = '─'.repeat(width + 2);
  return [`┌${rule}`, ...lines.map((line) => `│ ${line}`), `└${rule}`].join('\n');
}
