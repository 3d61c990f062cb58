/** A duration in seconds for people; null is nothing to measure. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 60) return `${seconds.toFixed(0)} s`;
  if (seconds < 3600) return `${(seconds / 60).toFixed(1)} min`;
  return seconds < 86_400 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}

/** The same beside an axis, whose marks are whole. */
export const axisDuration = (seconds: number): string => (seconds === 0 ? '0' : duration(seconds).replace('.0 ', ' '));

export const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(0)} %`);
export const usd = (value: number | null): string => (value === null ? '–' : `$${value.toFixed(2)}`);
export const mean = (value: number | null): string => (value === null ? '–' : value.toFixed(1));
/** The same beside an axis: with no more decimals than the mark has. */
export const axisMean = (value: number): string => String(Number(value.toFixed(2)));

/** Rows as CSV (RFC 4180); a cell that a spreadsheet would run as a formula is kept text. */
export function toCsv(rows: readonly Record<string, string | number | null>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cell = (value: string | number | null | undefined): string => {
    if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
    const safe = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))].join('\r\n');
}
