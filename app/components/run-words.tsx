import type { EndReason } from '../../server/domain/work/states.ts';
import { Chip } from './ui.tsx';

/** How a run ended: the word of the log, and what it means. */
export const END_WORDS: Record<EndReason, { word: string; means: string }> = {
  verified: { word: 'verified', means: 'the factory saw the project’s own checks pass on the pushed commit' },
  unverified: { word: 'unverified', means: 'the work is done, but there is no verify command that could prove it' },
  stuck: { word: 'stuck', means: 'the worker could not go on and needs a person' },
  budget: { word: 'budget spent', means: 'the work item’s iterations or USD are used up; raise them and retry' },
  failed: { word: 'failed', means: 'it cannot work, however often it is tried' },
  worker_exited: { word: 'worker exited', means: 'the worker’s process ended without a word; the work is tried again' },
  out_of_memory: { word: 'out of memory', means: 'the worker used more memory than it may; the work is tried again' },
  heartbeat_lost: { word: 'heartbeat lost', means: 'the worker gave no sign of life for two minutes; the work is tried again' },
  engine_error: { word: 'engine error', means: 'the container engine failed, not the work; it waits again' },
  start_failed: { word: 'start failed', means: 'the worker could not be started; the work is tried again' },
  yielded: { word: 'yielded', means: 'it gave its place back without a fault (pause, quota, daily budget or shutdown); what it had is kept' },
  cancelled: { word: 'cancelled', means: 'a person cancelled the work item' },
  killed: { word: 'killed', means: 'a person ended the worker' },
  publish_failed: { word: 'publish failed', means: 'the work is done, but its branch or pull request could not be made' },
};

const known = (reason: string | null): reason is EndReason => reason !== null && reason in END_WORDS;

/** In a sentence; null for what has no words. */
export function endMeans(reason: string | null): string | null {
  return known(reason) ? END_WORDS[reason].means : null;
}

/** How a run ended, in a word, with what it means on hover. */
export function EndReasonWord({ reason }: { reason: string | null }) {
  if (!known(reason)) return <>{(reason ?? 'ended').replaceAll('_', ' ')}</>;
  return <span title={END_WORDS[reason].means}>{END_WORDS[reason].word}</span>;
}

/** On whatever works outside a container. */
export function NotIsolated() {
  return (
    <Chip tone="text-warn">
      <span title="The agent runs as a process of this machine, not in a sealed container.">not isolated</span>
    </Chip>
  );
}
