import { type Db, type Prisma } from '../../db/client.ts';

/** Longest of each list that is joined with the others. */
export const LIST_MAX = 50;
/** Of more that hold one of the words, these many are ranked: those that hold all of them are found first. */
const ANY_WORD_MAX = 1_000;
const TOKENS_MAX = 12;
/** How alike the letters of a token and of a part of a text must be, from 0 to 1. */
const ALIKE = 0.42;

/** Ids by full text: first those that hold all words of the query, then those that hold the most of them; the best first. */
export async function matchWords(db: Db, { q, filter }: { q: string; filter: Prisma.Sql }): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH asked AS (SELECT plainto_tsquery('english', ${q}) AS whole, replace(plainto_tsquery('english', ${q})::text, '&', '|')::tsquery AS some),
    found AS (
      (SELECT id, words, true AS whole FROM learning, asked WHERE words @@ asked.whole AND ${filter} LIMIT ${ANY_WORD_MAX})
      UNION ALL
      (SELECT id, words, false FROM learning, asked WHERE words @@ asked.some AND ${filter} LIMIT ${ANY_WORD_MAX})
    )
    SELECT found.id FROM found, asked GROUP BY found.id, found.words, asked.some
    ORDER BY bool_or(found.whole) DESC, ts_rank(found.words, asked.some, 1) DESC, found.id LIMIT ${LIST_MAX}`;
  return rows.map(({ id }) => id);
}

/**
 * Ids by their letters: for tokens of the query that look like names in code, or that no learning holds as a word (typos).
 * Trigrams, as of pg_trgm; the best first.
 */
export async function matchLetters(db: Db, { q, filter }: { q: string; filter: Prisma.Sql }): Promise<string[]> {
  const tokens = [...new Set(q.split(/[\s,;:!?"'“”‘’`()[\]{}<>]+/).map((token) => token.replace(/^[.-]+|[.]+$/g, '')))]
    .filter((token) => token.length >= 4)
    .slice(0, TOKENS_MAX);
  if (tokens.length === 0) return [];
  const known = await db.$queryRaw<{ token: string }[]>`
    SELECT token FROM unnest(${tokens}::text[]) token
    WHERE numnode(plainto_tsquery('english', token)) = 0 OR EXISTS (SELECT 1 FROM learning WHERE words @@ plainto_tsquery('english', token))`;
  const words = new Set(known.map(({ token }) => token));
  const asked = tokens.filter((token) => looksLikeCode(token) || !words.has(token));
  if (asked.length === 0) return [];
  const [, rows] = await db.$transaction([
    db.$executeRaw`SELECT set_config('pg_trgm.word_similarity_threshold', ${String(ALIKE)}, true)`,
    db.$queryRaw<{ id: string }[]>`
      SELECT learning.id FROM unnest(${asked}::text[]) token JOIN learning ON token <% learning.text WHERE ${filter}
      GROUP BY learning.id ORDER BY sum(word_similarity(token, learning.text)) DESC, learning.id LIMIT ${LIST_MAX}`,
  ]);
  return rows.map(({ id }) => id);
}

/** camelCase, snake_case, paths, flags, ERRCODES, digits: what a stemmer of English knows nothing of. */
function looksLikeCode(token: string): boolean {
  return /[a-z][A-Z]|[_/\\.@#=-]|\d|^[A-Z]{4,}$/.test(token);
}
