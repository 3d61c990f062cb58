'use client';

import { Ago } from '../ui.tsx';
import { useReached } from './use-go.ts';
import { useStatus } from './use-status.ts';

/** Says on every screen when the factory cannot be reached; it has nothing to do with how its workers are. */
export function ConnectionSign() {
  const { dataUpdatedAt } = useStatus();
  if (useReached()) return null;
  return (
    <p role="status" className="sticky top-0 z-10 -mx-4 bg-warn px-4 py-1 text-center font-medium text-bg">
      The factory does not answer; trying again.
      {dataUpdatedAt > 0 && (
        <>
          {' '}
          It last did <Ago at={new Date(dataUpdatedAt).toISOString()} />.
        </>
      )}
    </p>
  );
}
