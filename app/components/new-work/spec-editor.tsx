'use client';

import { type RefObject, useRef } from 'react';
import type { SpecProblem } from '../../../server/domain/specs/spec-problems.ts';
import type { FieldProps } from '../settings/field.tsx';

/** More are found when these are mended. */
const SHOWN = 100;
const LINE_CHARS = 60;

interface SpecEditorProps {
  value: string;
  change: (spec: string) => void;
  problems: readonly SpecProblem[];
  field: FieldProps;
}

/** The spec's text, and beneath it what is wrong at which line; choosing one goes to the line. */
export function SpecEditor({ value, change, problems, field }: SpecEditorProps) {
  const editor = useRef<HTMLTextAreaElement>(null);
  return (
    <>
      <textarea
        {...field}
        dir="auto"
        ref={editor}
        value={value}
        onChange={(event) => change(event.target.value)}
        required
        rows={16}
        placeholder={'# Add a health check\n\nWhat the reader should know.\n\n- [ ] Answer GET /healthz with 200\n- [ ] Test it'}
        className="w-full rounded border border-line bg-bg p-2.5 font-mono text-[13px] placeholder:text-muted"
      />
      {problems.length > 0 && <Problems problems={problems} lines={value.split('\n')} editor={editor} />}
    </>
  );
}

interface ProblemsProps {
  problems: readonly SpecProblem[];
  /** Of the text: a problem shows its line's beginning, since a text field has no numbers. */
  lines: readonly string[];
  editor: RefObject<HTMLTextAreaElement | null>;
}

function Problems({ problems, lines, editor }: ProblemsProps) {
  const rest = problems.length - SHOWN;
  return (
    <ul aria-label="Lines to look at" className="mt-1 max-h-48 divide-y divide-line overflow-auto border-y border-line text-[13px]">
      {problems.slice(0, SHOWN).map(({ line, what, refused }) => (
        <li key={line}>
          <button
            type="button"
            className="flex w-full gap-3 px-1 py-1.5 text-left hover:bg-hover"
            onClick={() => editor.current && goToLine(editor.current, line)}
          >
            <span className="shrink-0 tabular-nums text-muted">Line {line}</span>
            <span className={refused ? 'text-bad' : ''}>{what}</span>
            <bdi className="ml-auto max-w-[40%] shrink-0 truncate font-mono text-muted">{lines[line - 1]?.trim().slice(0, LINE_CHARS)}</bdi>
          </button>
        </li>
      ))}
      {rest > 0 && <li className="px-1 py-1.5 text-muted">and {rest} more</li>}
    </ul>
  );
}

/** Selects the line, counted from 1, and brings it to the middle of the field. */
function goToLine(editor: HTMLTextAreaElement, line: number): void {
  const lines = editor.value.split('\n');
  const before = lines.slice(0, line - 1).join('\n');
  const start = line === 1 ? 0 : before.length + 1;
  editor.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  editor.focus();
  editor.scrollTop = heightOf(before, editor) - editor.clientHeight / 2;
}

/** What a text takes in the field with its long lines wrapped, in pixels: no browser says where a line of a text field stands. */
function heightOf(text: string, editor: HTMLTextAreaElement): number {
  const copy = editor.cloneNode() as HTMLTextAreaElement;
  copy.value = text;
  copy.removeAttribute('id');
  Object.assign(copy.style, { position: 'absolute', visibility: 'hidden', height: '0', minHeight: '0', width: `${editor.offsetWidth}px`, overflowY: 'scroll' });
  editor.after(copy);
  const height = copy.scrollHeight;
  copy.remove();
  return height;
}
