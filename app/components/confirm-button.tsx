'use client';

import { type ReactNode, useState } from 'react';
import { Button } from './ui.tsx';

export interface ConfirmProps {
  /** What it does, one verb: “Delete”. */
  label: string;
  /** To what, for those who do not see the row it stands in: “the token ci”. */
  of?: string;
  /** What follows, in a few words; on hover, and beside the question to those who hear it. */
  consequence?: string;
  disabled?: boolean;
  act: () => void;
  /** A text link among others in place of a button. */
  quiet?: boolean;
}

const QUIET = 'min-h-6 min-w-6 hover:text-text hover:underline disabled:opacity-50';

/**
 * An act that nobody can take back, asked twice in the same place: “Delete…”, then “Really delete”. Leaving it, Escape or “Keep” is a no.
 * The second press of a double click is no answer.
 */
export function ConfirmButton({ label, of, consequence, disabled = false, act, quiet = false }: ConfirmProps) {
  const [asked, setAsked] = useState(false);
  const about = of === undefined ? '' : ` ${of}`;
  const words = asked ? `Really ${label.toLowerCase()}` : `${label}…`;
  const shared = {
    disabled,
    'aria-label': `${asked ? `Really ${label.toLowerCase()}` : label}${about}`,
    title: consequence,
    onClick: (event: { detail: number }) => {
      if (!asked) return setAsked(true);
      if (event.detail > 1) return;
      setAsked(false);
      act();
    },
  };
  return (
    <span
      className="inline-flex items-center gap-x-2"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setAsked(false)}
      onKeyDown={(event) => event.key === 'Escape' && setAsked(false)}
    >
      {quiet ? (
        <Quiet {...shared} className={asked ? `${QUIET} font-medium text-bad` : QUIET}>
          {words}
        </Quiet>
      ) : (
        <Button tone="danger" {...shared}>
          {words}
        </Button>
      )}
      {asked &&
        (quiet ? (
          <Quiet className={QUIET} onClick={() => setAsked(false)}>
            Keep
          </Quiet>
        ) : (
          <Button onClick={() => setAsked(false)}>Keep</Button>
        ))}
      <span aria-live="polite" className="sr-only">
        {asked ? [words, consequence].filter(Boolean).join(': ') : ''}
      </span>
    </span>
  );
}

function Quiet({
  children,
  ...rest
}: {
  children: ReactNode;
  className: string;
  disabled?: boolean;
  title?: string | undefined;
  onClick: (event: { detail: number }) => void;
}) {
  return (
    <button type="button" {...rest}>
      {children}
    </button>
  );
}
