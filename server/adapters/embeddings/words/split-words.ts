/** More of a text than this changes its vector no more. */
const TEXT_MAX_CHARACTERS = 20_000;

/**
 * The words of a text, small and without accents: prose, and what identifiers and paths are made of
 * (`formatDay`, `MAX_WORKERS`, `src/HTTPServer.ts` → `src http server ts`). Linear in the text.
 */
export function splitWords(text: string): string[] {
  const plain = text.slice(0, TEXT_MAX_CHARACTERS).normalize('NFKD').replace(/\p{M}/gu, '');
  const apart = plain.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ').replace(/([A-Z])(?=[A-Z][a-z])/g, '$1 ');
  return apart.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}
