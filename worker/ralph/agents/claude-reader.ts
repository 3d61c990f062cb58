import type { ChildExit } from '../io/child.ts';
import type { EventBody } from '../io/emitter.ts';
import { cutText } from '../io/text.ts';
import { type AgentLimit, type AgentReader, type AgentReading, exitError } from './agent-port.ts';
import {
  type ClaudeLine,
  claudeLineSchema,
  limitSentence,
  resetTime,
  textBlock,
  thinkingBlock,
  toolResultBlock,
  toolUseBlock,
} from '../../../server/domain/runs/claude-lines.ts';

type Line<T extends ClaudeLine['type']> = Extract<ClaudeLine, { type: T }>;

/** Reads one call of the Claude Code CLI. Never keys on `subtype` of a result: API errors say "success" there. */
export class ClaudeReader implements AgentReader {
  finished = false;
  abort: string | null = null;
  private error: string | null = null;
  private rejected: AgentLimit | null = null;
  /** What the agent or the CLI said last, tool results excluded. */
  private lastText = '';
  private costUsd: number | null = null;

  constructor(private readonly now: () => Date) {}

  parse(line: string): EventBody[] {
    const parsed = claudeLineSchema.safeParse(json(line));
    if (!parsed.success) return [{ type: 'log', level: 'debug', ...cutText(line) }];
    const data = parsed.data;
    switch (data.type) {
      case 'system':
        return this.system(data, line);
      case 'assistant':
        return this.assistant(data, line);
      case 'user':
        return this.user(data, line);
      case 'result':
        return this.result(data);
      case 'rate_limit_event':
        return this.rateLimit(data);
    }
  }

  outcome(exit: ChildExit): AgentReading {
    const limit = this.rejected ?? (this.error === null ? null : limitSentence(this.lastText, this.now()));
    const unexplained = this.finished ? null : exitError(exit);
    const noResult = !this.finished && exit.exitCode === 0 && exit.stopped === null ? 'ended without a result' : null;
    return { error: this.abort ?? this.error ?? unexplained ?? noResult, limit, costUsd: this.costUsd, toolsDown: this.abort !== null };
  }

  private system(data: Line<'system'>, line: string): EventBody[] {
    if (data.subtype === 'api_retry') {
      const text = `model request failed (${data.error ?? 'error'}${data.error_status ? ` ${data.error_status}` : ''}), attempt ${data.attempt ?? '?'}`;
      return [{ type: 'log', level: 'warn', text }];
    }
    if (data.subtype !== 'init') return [{ type: 'log', level: 'debug', ...cutText(line) }];
    const dead = (data.mcp_servers ?? []).filter((server) => server.status !== 'connected').map((server) => server.name);
    const started: EventBody = { type: 'log', level: 'info', text: `Claude Code ${data.claude_code_version ?? ''} with ${data.model ?? 'its model'}` };
    if (dead.length === 0) return [started];
    this.abort = `MCP server did not start: ${dead.join(', ')}`;
    return [started, { type: 'agent.error', text: cutText(this.abort).text }];
  }

  private assistant(data: Line<'assistant'>, line: string): EventBody[] {
    const { content } = data.message;
    if (typeof content === 'string') return this.text(content);
    if (content.length === 0) return [{ type: 'log', level: 'debug', ...cutText(line) }];
    return content.flatMap((block): EventBody[] => {
      const text = textBlock.safeParse(block);
      if (text.success) return this.text(text.data.text);
      const use = toolUseBlock.safeParse(block);
      if (use.success) {
        const { text: input, ...cut } = cutText(JSON.stringify(use.data.input ?? {}));
        return [{ type: 'agent.tool_use', toolUseId: use.data.id, tool: use.data.name, input, ...cut }];
      }
      if (thinkingBlock.safeParse(block).success) return [{ type: 'log', level: 'debug', text: 'thinking' }];
      return [{ type: 'log', level: 'debug', ...cutText(JSON.stringify(block)) }];
    });
  }

  private text(text: string): EventBody[] {
    this.lastText = text;
    return [{ type: 'agent.text', ...cutText(text) }];
  }

  private user(data: Line<'user'>, line: string): EventBody[] {
    const { content } = data.message;
    if (typeof content === 'string') return [{ type: 'log', level: 'debug', ...cutText(content) }];
    if (content.length === 0) return [{ type: 'log', level: 'debug', ...cutText(line) }];
    return content.map((block): EventBody => {
      const result = toolResultBlock.safeParse(block);
      if (!result.success) return { type: 'log', level: 'debug', ...cutText(JSON.stringify(block)) };
      const { tool_use_id: toolUseId, content: body, is_error: isError } = result.data;
      return { type: 'agent.tool_result', toolUseId, ...cutText(resultText(body)), isError: isError ?? false };
    });
  }

  /** Two results can arrive; the last word counts, the greater cost too. */
  private result(data: Line<'result'>): EventBody[] {
    this.finished = true;
    this.costUsd = Math.max(this.costUsd ?? 0, data.total_cost_usd ?? 0);
    if (data.result) this.lastText = data.result;
    this.error = data.is_error ? errorClass(data) : null;
    const events: EventBody[] = [];
    if (data.is_error) events.push({ type: 'agent.error', text: cutText(data.result ?? data.errors?.join('\n') ?? this.error ?? 'error').text });
    const { usage } = data;
    if (usage) {
      events.push({
        type: 'agent.usage',
        usage: {
          inputTokens: usage.input_tokens ?? 0,
          outputTokens: usage.output_tokens ?? 0,
          cacheReadTokens: usage.cache_read_input_tokens ?? 0,
          cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
        },
        ...(typeof data.total_cost_usd === 'number' ? { costUsd: data.total_cost_usd } : {}),
      });
    }
    return events;
  }

  private rateLimit(data: Line<'rate_limit_event'>): EventBody[] {
    const { status, utilization, rateLimitType } = data.rate_limit_info;
    if (status !== 'rejected' && status !== 'allowed_warning') return [];
    const resetsAt = resetTime(data.rate_limit_info.resetsAt);
    if (status === 'rejected') this.rejected = { resetsAt };
    const used = typeof utilization === 'number' ? `, ${Math.round(utilization * 100)} % used` : '';
    const text = `usage limit ${rateLimitType ?? ''} ${status === 'rejected' ? 'reached' : 'near'}${used}`;
    return [{ type: 'agent.limit', status, ...(resetsAt === null ? {} : { resetsAt: resetsAt.toISOString() }), text }];
  }
}

/** Same fault, same class: made of codes, never of the agent's text. */
function errorClass(data: Line<'result'>): string {
  if (typeof data.api_error_status === 'number')
    return `model answered ${data.api_error_status}${data.terminal_reason === 'prompt_too_long' ? ' (prompt too long)' : ''}`;
  if (data.terminal_reason === 'api_error') return 'model not reachable';
  return data.terminal_reason?.replaceAll('_', ' ') ?? 'agent error';
}

function resultText(body: string | unknown[] | null | undefined): string {
  if (body === null || body === undefined) return '';
  if (typeof body === 'string') return body;
  return body.map((part) => textBlock.safeParse(part).data?.text ?? JSON.stringify(part)).join('\n');
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
