'use client';

import type { LearningsFile } from '../../../server/contracts/learnings.ts';
import { LEARNINGS_FILES, oneOf } from '../../../server/contracts/vocabulary.ts';

/** Which of the files that agents read. */
export function FileSelect({ id, value, change }: { id?: string; value: LearningsFile; change: (file: LearningsFile) => void }) {
  return (
    <select
      {...(id === undefined ? { 'aria-label': 'File' } : { id })}
      value={value}
      onChange={(event) => change(oneOf(LEARNINGS_FILES, event.target.value) ?? value)}
      className="h-8 rounded border border-line bg-bg px-2"
    >
      {LEARNINGS_FILES.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}
