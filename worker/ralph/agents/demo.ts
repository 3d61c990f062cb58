import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSpec } from '../../../server/domain/specs/spec.ts';
import { sleep } from '../io/sleep.ts';
import type { Agent, AgentInput } from './agent-port.ts';
import type { EventBody } from '../io/emitter.ts';

/** Pause between the demo's lines, so that the live log is seen to live. */
const LINE_MS = 150;

/** A scripted agent without a model: does one open task an iteration by writing it down. It says that it is a demo. */
export function demoAgent(): Agent {
  return { kind: 'script', name: 'demo', learningTools: false, run: runDemo };
}

async function runDemo(input: AgentInput, emit: (event: EventBody) => void, signal: AbortSignal): Promise<void> {
  const say = async (event: EventBody) => {
    emit(event);
    await sleep(LINE_MS, signal);
  };
  const specPath = join(input.cwd, '.ai', 'SPEC.md');
  const spec = readFileSync(specPath, 'utf8');
  const task = parseSpec(spec).tasks.find((candidate) => !candidate.done);
  await say({ type: 'agent.text', text: 'This is the demo agent: a script, no model is asked and nothing is spent.' });
  if (task === undefined || signal.aborted) return;
  await say({ type: 'agent.text', text: `Next open task: ${task.text}` });

  const file = fileNamedIn(task.text) ?? 'DEMO.md';
  await say({ type: 'agent.tool_use', toolUseId: `demo-${task.line}`, tool: 'Write', input: JSON.stringify({ file_path: file }) });
  if (signal.aborted) return;
  const path = join(input.cwd, file);
  if (!existsSync(path)) writeFileSync(path, file === 'DEMO.md' ? '# Demo\n\nWritten by the demo agent of the AI Software Factory.\n\n' : '');
  appendFileSync(path, contentFor(file, task.text));
  await say({ type: 'agent.tool_result', toolUseId: `demo-${task.line}`, text: `wrote ${file}`, isError: false });

  const lines = spec.split('\n');
  lines[task.line - 1] = (lines[task.line - 1] ?? '').replace('[ ]', '[x]');
  writeFileSync(specPath, lines.join('\n'));
  await say({ type: 'agent.text', text: 'Checked it off.' });
}

/** A plain new file that the task names in backticks; nothing that could hurt: no folders, no code. */
function fileNamedIn(task: string): string | null {
  return /\b([A-Za-z0-9][\w-]*\.(?:md|txt))\b/.exec(task)?.[1] ?? null;
}

function contentFor(file: string, task: string): string {
  return file.endsWith('.md') ? `- ${task}\n` : `${task}\n`;
}
