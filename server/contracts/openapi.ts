import { z } from 'zod';
import { findLearningsSchema, foundLearningsSchema } from './learnings.ts';
import { metricsQuerySchema, metricsSchema } from './metrics.ts';
import {
  changeWorkSchema,
  createdWorkSchema,
  createWorkSchema,
  killedSchema,
  queueSchema,
  restErrorSchema,
  retrySchema,
  sendMessageSchema,
  statusSchema,
  workersSchema,
  workItemSchema,
  workListQuerySchema,
  workListSchema,
} from './rest.ts';
import { limitsViewSchema, pauseFactorySchema, setLimitSchema } from './settings.ts';

export interface Operation {
  method: 'get' | 'post' | 'patch';
  /** As OpenAPI writes it: {id} for a variable part. */
  path: string;
  summary: string;
  query?: z.ZodObject;
  /** `required: false`: the body may be left out. */
  body?: { schema: z.ZodType; required: boolean };
  /** What it answers with; a string: text of that media type. */
  answers: Record<number, z.ZodType | string>;
}

const text = z.string();
const item = { 200: workItemSchema };
const limits = { 200: limitsViewSchema };

/** Every operation of the REST API. A test holds it against the routes that there are, and their answers against it. */
export const OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/api/work', summary: 'Submit work: 201 new, 200 the one that exists for the same source and sourceId' },
    body: { schema: createWorkSchema, required: true },
    answers: { 200: createdWorkSchema, 201: createdWorkSchema },
  },
  { method: 'get', path: '/api/work', summary: 'Work items, newest first', query: workListQuerySchema, answers: { 200: workListSchema } },
  { method: 'get', path: '/api/work/{id}', summary: 'One work item with its runs', answers: item },
  {
    ...{ method: 'patch', path: '/api/work/{id}', summary: 'Change priority and budgets' },
    body: { schema: changeWorkSchema, required: true },
    answers: item,
  },
  {
    ...{ method: 'get', path: '/api/work/{id}/events', summary: 'The log, one JSON object a line' },
    query: z.object({ after: z.coerce.number().int().optional() }),
    answers: { 200: 'application/x-ndjson' },
  },
  {
    ...{ method: 'get', path: '/api/work/{id}/log', summary: 'The log as text; of one run with ?run=' },
    query: z.object({ run: text.optional() }),
    answers: { 200: 'text/plain' },
  },
  { method: 'post', path: '/api/work/{id}/cancel', summary: 'Cancel', answers: item },
  { method: 'post', path: '/api/work/{id}/pause', summary: 'Pause: a running worker stores what it has', answers: item },
  { method: 'post', path: '/api/work/{id}/resume', summary: 'Resume', answers: item },
  { method: 'post', path: '/api/work/{id}/retry', summary: 'Queue again', body: { schema: retrySchema, required: false }, answers: item },
  {
    ...{ method: 'post', path: '/api/work/{id}/message', summary: 'A word to whoever works on it' },
    body: { schema: sendMessageSchema, required: true },
    answers: { 201: workItemSchema },
  },
  { method: 'post', path: '/api/work/{id}/draft-pull-request', summary: 'A draft pull request of what there is', answers: item },
  { method: 'get', path: '/api/workers', summary: 'Workers that live now', answers: { 200: workersSchema } },
  { method: 'post', path: '/api/workers/{id}/kill', summary: 'End a worker; its item is stuck', answers: { 200: killedSchema } },
  { method: 'get', path: '/api/status', summary: 'The factory at a glance', answers: { 200: statusSchema } },
  { method: 'get', path: '/api/queue', summary: 'What waits, in the order it is taken', answers: { 200: queueSchema } },
  {
    ...{ method: 'get', path: '/api/learnings', summary: 'Learnings: with q the best matches, without it the newest first' },
    query: findLearningsSchema,
    answers: { 200: foundLearningsSchema },
  },
  { method: 'get', path: '/api/settings/limits', summary: 'Limits of the whole factory, and its pause', answers: limits },
  {
    ...{ method: 'patch', path: '/api/settings/limits', summary: 'Set one limit; without value the environment’s holds again (scope admin)' },
    body: { schema: setLimitSchema, required: true },
    answers: limits,
  },
  {
    ...{ method: 'post', path: '/api/settings/pause', summary: 'Hold all work back (scope admin)' },
    body: { schema: pauseFactorySchema, required: false },
    answers: limits,
  },
  { method: 'post', path: '/api/settings/resume', summary: 'Let work go on (scope admin)', answers: limits },
  { method: 'get', path: '/api/metrics', summary: 'What happened in a period', query: metricsQuerySchema, answers: { 200: metricsSchema } },
];

type Json = Record<string, unknown>;

/** The REST API as OpenAPI 3.1, made of the schemas that check every request and answer. */
export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) (paths[operation.path] ??= {})[operation.method] = describe(operation);
  return {
    openapi: '3.1.0',
    info: { title: 'AI Software Factory', version, description: 'Tokens: Settings → Tokens, or npm run factory -- token create NAME' },
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  };
}

function describe({ path, summary, query, body, answers }: Operation): Json {
  const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const asked = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchema(schema as z.ZodType, 'input'),
  }));
  const content = (answer: z.ZodType | string): Json =>
    typeof answer === 'string' ? { [answer]: { schema: { type: 'string' } } } : { 'application/json': { schema: jsonSchema(answer, 'output') } };
  return {
    summary,
    ...(variables.length + asked.length > 0 ? { parameters: [...variables, ...asked] } : {}),
    ...(body ? { requestBody: { required: body.required, content: { 'application/json': { schema: jsonSchema(body.schema, 'input') } } } } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, { description: summary, content: content(answer) }])),
      default: { description: 'A refusal in words for people', content: content(restErrorSchema) },
    },
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return json;
}
