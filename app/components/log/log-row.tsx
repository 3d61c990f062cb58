import { AnsiHtml } from 'fancy-ansi/react';
import { memo, type ReactNode } from 'react';
import { useInBrowser } from '../use-in-browser.ts';
import type { LogLine } from './log-lines.ts';

/** How a person wants to see the lines. */
export interface LogLooks {
  wrap: boolean;
  times: boolean;
  /** Each event as it is stored. */
  raw: boolean;
}

const KIND: Record<LogLine['kind'], string> = {
  iteration: 'font-semibold',
  text: '',
  tool: 'text-accent',
  result: 'text-muted',
  error: 'text-bad',
  factory: 'text-ok',
  note: 'text-muted',
};

interface Props {
  line: LogLine;
  looks: LogLooks;
  /** A link or a search led here: it stands out. */
  marked: boolean;
  open: boolean;
  turn: (seq: number, open: boolean) => void;
  link: (seq: number) => void;
}

/** One line of the log, with its time as the link to it. */
export const LogRow = memo(function LogRow({ line, looks, marked, open, turn, link }: Props) {
  // The server's clock and language are not the reader's.
  const ts = useInBrowser() ? new Date(line.ts) : null;
  const frame = `flex gap-3 px-2 ${marked ? 'bg-hover shadow-[inset_2px_0_var(--accent)]' : ''} ${line.kind === 'iteration' && !looks.raw ? 'relative pt-3 before:absolute before:inset-x-0 before:top-2 before:border-t before:border-line' : ''}`;
  return (
    <div className={frame} aria-current={marked || undefined}>
      <a
        href={`?line=${line.seq}`}
        title={ts?.toLocaleString()}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          link(line.seq);
        }}
        className="shrink-0 select-none text-muted hover:underline"
      >
        {looks.times ? (ts?.toLocaleTimeString([], { hour12: false }) ?? <span className="invisible">00:00:00</span>) : line.seq}
      </a>
      <Content line={line} looks={looks} open={open} turn={turn} />
    </div>
  );
});

function Content({ line, looks: { wrap, raw }, open, turn }: Omit<Props, 'link' | 'marked'>) {
  const text = `min-w-0 flex-1 ${wrap ? 'whitespace-pre-wrap break-words' : 'overflow-hidden text-ellipsis whitespace-pre'} ${KIND[line.kind]}`;
  if (raw) {
    const events = [line.event, ...(line.result ? [line.result.event] : [])];
    return <span className={`${text} break-all`}>{events.map((event) => JSON.stringify(event)).join('\n')}</span>;
  }
  if (line.kind === 'iteration') {
    return (
      <button type="button" dir="auto" aria-expanded={open} onClick={() => turn(line.seq, !open)} className={`text-left ${text}`}>
        {open ? '▾' : '▸'} {line.text}
        <Took line={line} />
      </button>
    );
  }
  if (!line.more && !line.result) {
    return (
      <span dir="auto" className={text}>
        <AnsiHtml text={line.text} />
        <Took line={line} />
      </span>
    );
  }
  return (
    <details className={text} open={open}>
      {/* Whether it is open is kept outside: a row that leaves the screen is forgotten. */}
      <summary
        dir="auto"
        className="cursor-pointer"
        onClick={(event) => {
          event.preventDefault();
          turn(line.seq, !open);
        }}
      >
        <AnsiHtml text={line.text} />
        <Took line={line} />
      </summary>
      {open && line.more && <Folded tone={line.result ? 'text-muted' : 'text-text'}>{line.more}</Folded>}
      {open && line.result && <Folded tone={line.failed ? 'text-bad' : 'text-text'}>{line.result.text.trim() || '(no output)'}</Folded>}
    </details>
  );
}

function Folded({ tone, children }: { tone: string; children: string }) {
  return (
    <div dir="auto" tabIndex={0} role="group" aria-label="Folded text" className={`max-h-96 overflow-auto whitespace-pre-wrap break-words py-1 ${tone}`}>
      <AnsiHtml text={children} />
    </div>
  );
}

function Took({ line: { took, failed } }: { line: LogLine }): ReactNode {
  if (took === undefined && failed === undefined) return null;
  return (
    <span className="ml-3 font-normal text-muted">
      {took}
      {failed && <span className="text-bad">{`${took ? ' · ' : ''}${failed}`}</span>}
    </span>
  );
}
