/** Added and deleted lines. */
export function LineCounts({ additions, deletions }: { additions: number | null; deletions: number | null }) {
  if (additions === null || deletions === null) return <span className="text-muted">binary</span>;
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className="text-ok">+{additions.toLocaleString('en')}</span> <span className="text-bad">−{deletions.toLocaleString('en')}</span>
    </span>
  );
}
