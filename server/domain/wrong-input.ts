import type { z } from 'zod';

/** What a schema found wrong, in words for a person who filled in a form; goes on from the field's name. Pure. */
export function describeWrongInput(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'it is missing';
      return `it must be ${TYPES[issue.expected] ?? 'of another kind'}`;
    case 'too_small':
      if (issue.origin === 'string') return issue.minimum === 1 ? 'it is empty' : `it must have ${issue.minimum} characters or more`;
      if (issue.origin === 'array') return `it must have ${issue.minimum} ${issue.minimum === 1 ? 'entry' : 'entries'} or more`;
      return issue.inclusive === false ? `it must be more than ${issue.minimum}` : `it must be ${issue.minimum} or more`;
    case 'too_big':
      if (issue.origin === 'string') return `it may have ${issue.maximum} characters at most`;
      if (issue.origin === 'array') return `it may have ${issue.maximum} entries at most`;
      return issue.inclusive === false ? `it must be less than ${issue.maximum}` : `it must be ${issue.maximum} or less`;
    case 'invalid_value':
      if (issue.input === undefined) return 'it is missing';
      return issue.values.length === 1 ? `it must be ${String(issue.values[0])}` : `it must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'it must be an address that begins with http:// or https://' : 'it is not written as it should be';
    case 'unrecognized_keys':
      return `there is no ${issue.keys.join(', ')}`;
    default:
      return 'it is wrong';
  }
}

const TYPES: Record<string, string> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
