import { type Db, type Prisma } from '../../db/client.ts';
import { looksLikeCode, tokensOf } from '../../domain/learnings/learning-text.ts';

/** Longest of each list that is joined with the others. */
export const LIST_MAX = 50;
/** Of more that hold one of the words, about so many are ranked: those that hold all of them are found first. */
const ANY_WORD_MAX = 300;
const TOKENS_MAX = 12;
const TOKEN_MIN_CHARS = 4;
/** How alike the letters of a token and of a part of a text must be, from 0 to 1. */
const ALIKE = 0.42;

/**
 * Ids by full text, the best first: those that hold all words of the query, then those that hold the most of them. And ids by their
 * letters (trigrams, as of pg_trgm): for tokens of the query that look like names in code, or that no learning holds as a word (typos).
 */
export async function matchText(db: Db, { q, filter }: { q: string; filter: Prisma.Sql }): Promise<{ words: string[]; letters: string[] }> {
  const tokens = [...new Set(tokensOf(q))].filter((token) => token.length >= TOKEN_MIN_CHARS).slice(0, TOKENS_MAX);
  // One statement, for a person types meanwhile. A common word is held by most learnings: the index need not name them all, and is told so
  // before it is asked, since what it is asked comes from there. Those with all words come twice.
  const [answer] = await db.$queryRaw<{ found: string[]; known: string[] }[]>`
    WITH asked AS MATERIALIZED (
      SELECT plainto_tsquery('english', ${q}) AS whole, replace(plainto_tsquery('english', ${q})::text, '&', '|')::tsquery AS some,
        set_config('gin_fuzzy_search_limit', ${String(ANY_WORD_MAX)}, true)
    ),
    found AS (
      (SELECT id, true AS whole, ts_rank(words, asked.some, 1) AS rank FROM learning, asked WHERE words @@ asked.whole AND ${filter} LIMIT ${ANY_WORD_MAX})
      UNION ALL
      (SELECT id, false, ts_rank(words, asked.some, 1) FROM learning, asked WHERE words @@ asked.some AND ${filter} LIMIT ${ANY_WORD_MAX})
    )
    SELECT ARRAY(SELECT id FROM found ORDER BY whole DESC, rank DESC, id LIMIT ${2 * LIST_MAX}) AS found, ARRAY(
      SELECT token FROM unnest(${tokens}::text[]) token
      WHERE numnode(plainto_tsquery('english', token)) = 0 OR EXISTS (SELECT 1 FROM learning WHERE words @@ plainto_tsquery('english', token))
    ) AS known`;
  const known = new Set(answer?.known);
  const odd = tokens.filter((token) => looksLikeCode(token) || !known.has(token));
  return { words: [...new Set(answer?.found)].slice(0, LIST_MAX), letters: odd.length === 0 ? [] : await matchLetters(db, { tokens: odd, filter }) };
}

async function matchLetters(db: Db, { tokens, filter }: { tokens: readonly string[]; filter: Prisma.Sql }): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH asked AS MATERIALIZED (
      SELECT token, set_config('pg_trgm.word_similarity_threshold', ${String(ALIKE)}, true) FROM unnest(${[...tokens]}::text[]) token
    )
    SELECT learning.id FROM asked JOIN learning ON token <% learning.text WHERE ${filter}
    GROUP BY learning.id ORDER BY sum(word_similarity(token, learning.text)) DESC, learning.id LIMIT ${LIST_MAX}`;
  return rows.map(({ id }) => id);
}
