import { type z } from 'zod';
import { AppError } from '../domain/app-error.ts';
import { describeWrongInput } from '../domain/wrong-input.ts';

/**
 * Parses what a caller sent.
 * @throws AppError bad_request, whose message names the first wrong field and what it takes
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input, { error: describeWrongInput });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const what = issue?.message ?? 'it is wrong';
  throw new AppError('bad_request', field === '' ? `The body is wrong: ${what}.` : `${field}: ${what}.`, { ...(field === '' ? {} : { field }) });
}
