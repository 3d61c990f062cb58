/** ai-factory/<id>-<slug of the title>[-<n>]: safe in every ref and shell. */
export function branchName({ id, title, suffix }: { id: string; title: string; suffix: number }): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return ['ai-factory/', id, slug === '' ? '' : `-${slug}`, suffix > 0 ? `-${suffix + 1}` : ''].join('');
}
