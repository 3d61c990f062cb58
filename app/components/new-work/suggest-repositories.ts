/** More are found by typing on. */
const SHOWN = 8;

/**
 * Known repositories that hold what was typed, those first that begin with it, as a whole or after the slash; none where only the
 * very name is left that stands there already.
 */
export function suggestRepositories(known: readonly string[], typed: string): string[] {
  const text = typed.trim().toLowerCase();
  const rank = (name: string) => (name.startsWith(text) || name.includes(`/${text}`) ? 0 : 1);
  const found = known
    .map((name) => ({ name, lower: name.toLowerCase() }))
    .filter(({ lower }) => lower.includes(text))
    .sort((a, b) => rank(a.lower) - rank(b.lower) || a.name.localeCompare(b.name, 'en'));
  if (found.length === 1 && found[0]?.lower === text) return [];
  return found.slice(0, SHOWN).map(({ name }) => name);
}
