import { z } from 'zod';

/** Postgres takes none in a text, and calls it a fault. */
const noNul = (text: string) => !text.includes('\0');
const NO_NUL = 'must not hold a NUL byte';

/** What a row is known by: a work item, a run, a person, a question. */
export const idSchema = z.string().min(1).max(64).refine(noNul, NO_NUL);
/** A repository as owner/name, its URL or its path; or a path within one. */
export const nameSchema = z.string().min(1).max(500).refine(noNul, NO_NUL);
