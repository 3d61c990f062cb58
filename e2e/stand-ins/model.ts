import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { LLMock } from '@copilotkit/aimock';

/** A call of one of the agent's tools, the factory's own among them. */
interface ToolCall {
  name: 'Bash' | 'Edit' | 'Write' | 'Read' | `mcp__factory__${'save_learning' | 'search_learnings'}`;
  input: Record<string, unknown>;
}

/** What the scripted model answers to one request. */
export type ModelAnswer =
  | { kind: 'text'; text: string }
  | { kind: 'tools'; text?: string; calls: ToolCall[] }
  | { kind: 'error'; status: number; type: string; message: string; headers?: Record<string, string> }
  /** Takes the request and never answers. */
  | { kind: 'stall' };

export interface ModelTurn {
  /** Text of the first user message: Ralph's whole prompt. */
  prompt: string;
  /** Answers of the model so far in this conversation: 0 for the first request. */
  turn: number;
  /** Texts of the tool results of the last turn. */
  toolResults: string[];
  model: string;
}

/** A scripted model: a pure function of what the request holds. */
export type ModelScript = (turn: ModelTurn) => ModelAnswer;

export interface RecordedRequest {
  path: string;
  headers: IncomingMessage['headers'];
  /** The raw body. */
  body: string;
}

export interface ScriptedModel {
  url: string;
  requests(): readonly RecordedRequest[];
  close(): Promise<void>;
}

/**
 * Does the first open task of Ralph's prompt: writes a file for it, checks its box, commits. One task a conversation,
 * whatever the number of tasks. `file` names the file of the n-th task (from 1, by what is still open).
 */
export function specScript(opts: { command?: (task: string, open: number) => string } = {}): ModelScript {
  return ({ prompt, turn }) => {
    const open = [...prompt.matchAll(/^- \[ \] (.+)$/gm)].map((match) => match[1] ?? '');
    const list = prompt.split(/^# Open tasks/m)[1];
    const task = /^- \[ \] (.+)$/m.exec(list ?? '')?.[1];
    if (task === undefined) return { kind: 'text', text: 'Nothing is open.' };
    if (turn === 0) {
      const command = opts.command?.(task, open.length) ?? `echo ${quote(task)} >> DONE.md`;
      return { kind: 'tools', text: `Working on: ${task}`, calls: [{ name: 'Bash', input: { command, description: 'do the task' } }] };
    }
    if (turn === 1) {
      const check = `node -e ${quote(CHECK)} ${quote(task)} && git add -A && git commit -qm ${quote(`Do: ${task}`.slice(0, 70))}`;
      return { kind: 'tools', calls: [{ name: 'Bash', input: { command: check, description: 'check it off and commit' } }] };
    }
    return { kind: 'text', text: `Done: ${task}` };
  };
}

/** Tokens of every scripted answer. */
const USAGE = { input_tokens: 1200, output_tokens: 40 };

const CHECK = `const f='.ai/SPEC.md',fs=require('fs'),s=fs.readFileSync(f,'utf8');fs.writeFileSync(f,s.replace('[ ] '+process.argv[1],'[x] '+process.argv[1]))`;
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Anthropic's Messages API over a script: aimock streams the answers; `count_tokens`, refusals with headers of their own
 * and stalls, which it lacks, are answered in front of it.
 */
export async function startScriptedModel(opts: { script: ModelScript; host?: string }): Promise<ScriptedModel> {
  const mock = new LLMock({ port: 0 });
  const requests: RecordedRequest[] = [];
  let next: Exclude<ModelAnswer, { kind: 'error' | 'stall' }> = { kind: 'text', text: '' };
  let calls = 0;
  mock.on({ predicate: () => true }, () => {
    if (next.kind === 'text') return { content: next.text, usage: USAGE };
    const toolCalls = next.calls.map((call) => ({ id: `toolu_${(calls += 1)}`, name: call.name, arguments: JSON.stringify(call.input) }));
    return next.text === undefined ? { toolCalls, usage: USAGE } : { content: next.text, toolCalls, usage: USAGE };
  });
  await mock.start();

  // One at a time: the answer of aimock's one fixture is set just before it is asked.
  let turn: Promise<void> = Promise.resolve();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (request.method !== 'POST') return void response.writeHead(200).end();
    requests.push({ path, headers: request.headers, body });
    if (path.endsWith('/count_tokens')) return json(response, 200, { input_tokens: Math.ceil(body.length / 4) });
    if (!path.endsWith('/v1/messages')) return json(response, 404, { type: 'error', error: { type: 'not_found_error', message: path } });
    const wanted = opts.script(readTurn(body));
    if (wanted.kind === 'stall') return;
    if (wanted.kind === 'error') {
      const error = { type: 'error', error: { type: wanted.type, message: wanted.message } };
      return json(response, wanted.status, error, wanted.headers);
    }
    turn = turn.then(async () => {
      next = wanted;
      const upstream = await fetch(`${mock.url}/v1/messages`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': 'test' }, body });
      response.writeHead(upstream.status, { 'content-type': upstream.headers.get('content-type') ?? 'application/json' });
      if (upstream.body === null) return void response.end();
      const stream = Readable.fromWeb(upstream.body as Parameters<typeof Readable.fromWeb>[0]);
      stream.pipe(response);
      await new Promise((resolve) => stream.on('close', resolve));
    });
    await turn;
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => json(response, 500, { type: 'error', error: { type: 'api_error', message: String(error) } }));
  });
  const host = opts.host ?? '127.0.0.1';
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://${host}:${port}`,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await mock.stop();
    },
  };
}

interface Message {
  role: string;
  content: string | Array<{ type: string; text?: string; content?: unknown }>;
}

function readTurn(body: string): ModelTurn {
  const { messages, model } = JSON.parse(body) as { messages: Message[]; model: string };
  const blocks = (message: Message | undefined) =>
    typeof message?.content === 'string' ? [{ type: 'text', text: message.content }] : (message?.content ?? []);
  const prompt = blocks(messages.find((message) => message.role === 'user'))
    .map((block) => block.text ?? '')
    .join('\n');
  const toolResults = blocks(messages.at(-1))
    .filter((block) => block.type === 'tool_result')
    .map((block) => JSON.stringify('content' in block ? block.content : ''));
  return { prompt, toolResults, model, turn: messages.filter((message) => message.role === 'assistant').length };
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
