/** What the browser shows of a page in its row of tabs. */
export function TabHead({ title, needs = 0 }: { title: string; needs?: number }) {
  return (
    <>
      <title>{`${needs > 0 ? `(${needs}) ` : ''}${title} · AI Software Factory`}</title>
      <link rel="icon" type="image/svg+xml" href={needs > 0 ? `/icon.svg?needs=${Math.min(needs, 10)}` : '/icon.svg'} />
    </>
  );
}
