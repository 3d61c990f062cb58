import type { AuditAction } from '../../server/contracts/audit-actions.ts';

/** How each act of the audit log is told, after the name of who did it. */
export const AUDIT_WORDS: Record<AuditAction, string> = {
  create: 'submitted it',
  state: 'moved it',
  message: 'wrote to the worker',
  pause: 'asked for a pause',
  resume: 'took the pause back',
  draft: 'asked for a draft pull request',
  'change.priority': 'changed its priority',
  'change.maxIterations': 'changed its cap of iterations',
  'change.maxUsd': 'changed its cap of USD',
  'issue.imported': 'labelled its issue',
  'issue.refused': 'labelled an issue that was not taken',
  'learning.written': 'wrote a learning',
  'learning.changed': 'changed learnings',
  'learning.edited': 'reworded a learning',
  'learning.merged': 'merged learnings',
  'learning.deleted': 'deleted learnings',
  'learning.imported': 'imported learnings',
  'learning.propose': 'asked to propose learnings to',
  'learning.proposed': 'proposed learnings to',
  'learning.proposal.merged': 'saw proposed learnings merged in',
  'learning.proposal.closed': 'saw proposed learnings turned down in',
  'repository.changed': 'changed the settings of',
  'repository.removed': 'forgot the settings of',
  'repository.egress': 'allowed a host to the workers of',
  'credential.set': 'typed in a credential for',
  'credential.cleared': 'forgot the credential for',
  'factory.paused': 'paused the factory',
  'factory.resumed': 'resumed the factory',
  'limit.maxWorkers': 'changed the limit of workers at once',
  'limit.dailyBudget': 'changed the limit of iterations a day',
  'limit.dailyBudgetUsd': 'changed the limit of USD a day',
  'limit.cooldownSeconds': 'changed the seconds between two starts',
  'health.fix': 'had what is safe fixed on a machine',
  'member.joined': 'entered for the first time, as',
  'member.left': 'may not enter any more',
  'member.role': 'changed a role',
  'member.removed': 'removed a member',
  'member.restored': 'let a member in again',
  'sign-in': 'signed in as',
  'sign-in.link': 'made a link to sign in, on the machine',
  'sign-in.ended': 'ended what a link of the machine had opened',
  'sign-in.refused': 'was not let in',
  'sign-out': 'signed out',
  'token.created': 'made an API token of scope',
  'token.revoked': 'revoked an API token',
  restore: 'restored a backup',
};

/** In words; an act of another version of the factory is told by its own name. Pure. */
export function auditWords(action: string): string {
  return isKnown(action) ? AUDIT_WORDS[action] : action;
}

/** What it was and what it became, as people read it; '' where neither is told. Pure. */
export function auditChange({ action, from, to }: { action: string; from: string | null; to: string | null }): string {
  const shown = [from, to].filter((value) => value !== null).map((value) => asShown(action, value));
  return shown.join(' → ');
}

function asShown(action: string, value: string): string {
  if (action === 'state' || action === 'create') return value.replaceAll('_', ' ');
  if (value === 'null') return 'no cap';
  if (/usd$/i.test(action) && /^[\d.]+/.test(value)) return `$${value}`;
  return value;
}

const isKnown = (action: string): action is AuditAction => action in AUDIT_WORDS;
