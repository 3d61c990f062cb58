import { Check as Tick, TriangleAlert, X } from 'lucide-react';
import type { Check } from '../../../server/contracts/health.ts';

const LOOKS = {
  PASS: { tone: 'text-ok', Icon: Tick },
  WARN: { tone: 'text-warn', Icon: TriangleAlert },
  FAIL: { tone: 'text-bad', Icon: X },
} as const;
const RANK = { FAIL: 0, WARN: 1, PASS: 2 } as const;

/** Checks, what needs somebody first. */
export function CheckList({ checks }: { checks: readonly Check[] }) {
  return (
    <ul className="divide-y divide-line border-y border-line">
      {checks
        .toSorted((a, b) => RANK[a.result] - RANK[b.result])
        .map((check) => (
          <CheckRow key={check.name} check={check} />
        ))}
    </ul>
  );
}

function CheckRow({ check: { name, result, detail, fix } }: { check: Check }) {
  const { tone, Icon } = LOOKS[result];
  return (
    <li className="grid grid-cols-[4rem_1fr] gap-x-3 py-1.5 sm:grid-cols-[4rem_10rem_1fr]">
      <span className={`flex items-center gap-1.5 self-start text-xs font-medium leading-[21px] ${tone}`}>
        <Icon aria-hidden className="size-3.5" />
        {result}
      </span>
      <span className="font-medium">{name}</span>
      <span className="col-start-2 min-w-0 break-words text-muted sm:col-start-3">
        {detail}
        {fix && (
          <span className="block text-text">
            <span className="font-medium">Fix:</span> {fix}
          </span>
        )}
      </span>
    </li>
  );
}
