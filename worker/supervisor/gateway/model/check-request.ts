import { z } from 'zod';
import { isListedModel } from './prices.ts';

const requestSchema = z.looseObject({
  model: z.string().max(200),
  max_tokens: z.number().int().positive().max(1_000_000).optional(),
  stream: z.boolean().optional(),
  messages: z.array(z.unknown()),
  tools: z.array(z.looseObject({ type: z.string().optional(), name: z.string().optional() })).optional(),
});

/** Tools that run in the worker. Every other type runs on the model's side, and would be a way out of the container. */
const CLIENT_TOOL = /^(custom$|bash_|text_editor_|memory_)/;
/** Fields that make the model's side fetch, run or charge something that the gateway cannot see. */
const REFUSED_FIELDS = ['mcp_servers', 'container', 'speed'];

export type CheckedRequest = { kind: 'ok'; model: string; maxTokens: number; stream: boolean } | { kind: 'refused'; message: string };

/** Whether a body may go to the model: a listed model, no tool and no source that the model's side would reach by itself. */
export function checkRequest(body: string): CheckedRequest {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return refuse('The body is not JSON.');
  }
  const parsed = requestSchema.safeParse(json);
  if (!parsed.success) return refuse(`${parsed.error.issues[0]?.path.join('.') ?? 'The body'}: ${parsed.error.issues[0]?.message ?? 'wrong'}`);
  const request = parsed.data;
  if (!isListedModel(request.model)) return refuse(`The model ${request.model} is not on the list of this factory.`);
  const tool = request.tools?.find((candidate) => candidate.type !== undefined && !CLIENT_TOOL.test(candidate.type));
  if (tool) return refuse(`The tool ${tool.type ?? ''} runs on the model's side, which this factory does not let through.`);
  const field = REFUSED_FIELDS.find((name) => request[name] !== undefined && request[name] !== null);
  if (field !== undefined) return refuse(`The field ${field} is not let through by this factory.`);
  if (hasRemoteSource([request.messages, request.system])) return refuse('A picture or document by address is not let through by this factory.');
  return { kind: 'ok', model: request.model, maxTokens: request.max_tokens ?? 0, stream: request.stream === true };
}

function refuse(message: string): CheckedRequest {
  return { kind: 'refused', message };
}

/** Looks for content whose source the model's side would fetch. Tool inputs are the agent's own data and are not looked into. */
function hasRemoteSource(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasRemoteSource);
  if (value === null || typeof value !== 'object') return false;
  const block = value as Record<string, unknown>;
  if (block.type === 'tool_use') return false;
  const source = block.source as { type?: unknown } | null | undefined;
  if (source !== null && typeof source === 'object' && (source.type === 'url' || source.type === 'file')) return true;
  return hasRemoteSource(block.content);
}
