/** First line of an error's own words. A failed connection to several addresses has only a code. */
export function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return (cause.message || ('code' in cause ? String(cause.code) : 'no words')).split('\n')[0] ?? '';
}
