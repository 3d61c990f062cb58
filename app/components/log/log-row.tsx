import { AnsiHtml } from 'fancy-ansi/react';
import { memo } from 'react';
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
  /** A link or a search led here: it stands out, and is unfolded. */
  marked: boolean;
  folded: boolean;
  toggle: (seq: number) => void;
  link: (seq: number) => void;
}

/** One line of the log, with its time as the link to it. */
export const LogRow = memo(function LogRow({ line, looks, marked, folded, toggle, link }: Props) {
  const frame = `flex gap-3 px-2 ${marked ? 'bg-hover shadow-[inset_2px_0_var(--accent)]' : ''} ${line.kind === 'iteration' && !looks.raw ? 'mt-2 border-t border-line pt-1' : ''}`;
  return (
    <div className={frame} aria-current={marked || undefined}>
      <a
        href={`?line=${line.seq}`}
        title={new Date(line.ts).toLocaleString()}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          link(line.seq);
        }}
        className="shrink-0 select-none text-muted hover:underline"
      >
        {looks.times ? new Date(line.ts).toLocaleTimeString([], { hour12: false }) : line.seq}
      </a>
      <Content line={line} looks={looks} marked={marked} folded={folded} toggle={toggle} />
    </div>
  );
});

function Content({ line, looks: { wrap, raw }, marked, folded, toggle }: Omit<Props, 'link'>) {
  const text = `min-w-0 flex-1 ${wrap ? 'whitespace-pre-wrap break-words' : 'overflow-hidden text-ellipsis whitespace-pre'} ${KIND[line.kind]}`;
  if (raw) return <span className={`${text} break-all`}>{JSON.stringify(line.event)}</span>;
  if (line.kind === 'iteration') {
    return (
      <button type="button" aria-expanded={!folded} onClick={() => toggle(line.seq)} className={`text-left ${text}`}>
        {folded ? '▸' : '▾'} {line.text}
        {line.took && <span className={`ml-3 font-normal ${line.failed ? 'text-bad' : 'text-muted'}`}>{line.took}</span>}
      </button>
    );
  }
  if (!line.more) return <AnsiHtml text={line.text} className={text} />;
  return (
    <details className={text} open={line.kind === 'error' || marked}>
      <summary className="cursor-pointer">
        <AnsiHtml text={line.text} />
        {line.took && <span className="ml-3 text-muted">{line.took}</span>}
      </summary>
      <AnsiHtml text={line.more} className="block max-h-96 overflow-auto whitespace-pre-wrap py-1 text-text" />
    </details>
  );
}
