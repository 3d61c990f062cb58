/** The p-th percentile (0–100) of a list of figures, nearest rank. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN;
}

/** One row: what was measured, the floor measured in the same run, and their ratio. */
export interface Row {
  name: string;
  value: string;
  floor?: string;
  ratio?: string;
  goal?: string;
  met?: boolean;
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;

export function printRows(rows: readonly Row[]): void {
  const columns: (keyof Row)[] = ['name', 'value', 'floor', 'ratio', 'goal', 'met'];
  const cell = (row: Row, column: keyof Row) =>
    row[column] === undefined ? '' : typeof row[column] === 'boolean' ? (row[column] ? 'met' : 'MISSED') : row[column];
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => cell(row, column).length)));
  const line = (cells: string[]) => cells.map((text, index) => text.padEnd(widths[index] ?? 0)).join('  ');
  process.stdout.write(`${line(columns)}\n${rows.map((row) => line(columns.map((column) => cell(row, column)))).join('\n')}\n`);
}
