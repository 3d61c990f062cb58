'use client';

import { type LearningsFile, learningsFileSchema } from '../../../server/contracts/learnings.ts';

/** Which of the files that agents read. */
export function FileSelect({ id, value, change }: { id?: string; value: LearningsFile; change: (file: LearningsFile) => void }) {
  return (
    <select
      {...(id === undefined ? { 'aria-label': 'File' } : { id })}
      value={value}
      onChange={(event) => change(learningsFileSchema.parse(event.target.value))}
      className="h-8 rounded border border-line bg-bg px-2"
    >
      {learningsFileSchema.options.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}
