'use client';

import { toast } from 'sonner';
import { asText, type LogLine } from './log-lines.ts';
import type { LogLooks } from './log-row.tsx';
import { LogSearch } from './log-search.tsx';
import { saysOf } from './says-of.ts';
import type { LiveEvents } from './use-live-events.ts';

const LOOKS: [keyof LogLooks, string][] = [
  ['wrap', 'Wrap'],
  ['times', 'Times'],
  ['raw', 'Raw'],
];

interface Props {
  id: string;
  runId?: string;
  lines: LogLine[];
  connection: LiveEvents['connection'];
  /** No worker writes into it any more. */
  over: boolean;
  looks: LogLooks;
  change: (looks: LogLooks) => void;
  goTo: (seq: number) => void;
}

/** What can be done with a log as a whole. */
export function LogToolbar({ id, runId, lines, connection, over, looks, change, goTo }: Props) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(lines.map(asText).join('\n'));
      toast.success(`${lines.length.toLocaleString()} ${lines.length === 1 ? 'line is' : 'lines are'} copied.`);
    } catch {
      toast.error('The browser does not let the page copy; Download does it too.');
    }
  };
  const says = saysOf(connection, over);
  return (
    <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div className="flex items-center gap-3 text-[13px]">
        <h2 className="font-semibold">Log</h2>
        <span role="status" aria-label="Connection" className={says.tone}>
          {says.text}
        </span>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-[13px] text-muted">
        <LogSearch id={id} {...(runId === undefined ? {} : { runId })} goTo={goTo} />
        {LOOKS.map(([name, label]) => (
          <label key={name} className="flex items-center gap-1.5">
            <input type="checkbox" checked={looks[name]} onChange={(event) => change({ ...looks, [name]: event.target.checked })} /> {label}
          </label>
        ))}
        <button type="button" className="leading-6 hover:text-text hover:underline" onClick={() => void copy()}>
          Copy
        </button>
        <a
          className="leading-6 hover:text-text hover:underline"
          href={`/work/${id}/log${runId === undefined ? '' : `?run=${encodeURIComponent(runId)}`}`}
          download
        >
          Download
        </a>
      </div>
    </div>
  );
}
