import { expect, test } from 'vitest';
import { decideGate, GATE_LIMITS, type GateFacts, isProtectedPath, type PushedContent } from './gate-rules.ts';

const REF = 'refs/heads/ai-factory/abc-title';
const update = { old: '1'.repeat(40), new: '2'.repeat(40), ref: REF };
const content: PushedContent = {
  isCommit: true,
  fastForward: true,
  paths: ['a.txt'],
  submodules: [],
  packBytes: 10,
  totalBytes: 10,
  largest: { path: 'a.txt', bytes: 10 },
};
const facts: GateFacts = { role: 'worker', open: true, ownRef: REF, updates: [update], content, conflicts: [] };
const reasons = (changed: Partial<GateFacts>) => {
  const decision = decideGate({ ...facts, ...changed });
  return decision.kind === 'refuse' ? decision.reasons.join('\n') : 'accepted';
};
const withContent = (changed: Partial<PushedContent>) => reasons({ content: { ...content, ...changed } });

test('a fast-forward of the own ref is accepted', () => {
  expect(decideGate(facts)).toEqual({ kind: 'accept' });
});

test.each([
  ['a verifier', { role: 'verifier' as const }, /verifier pushes nothing/],
  ['a push while the claim is checked', { open: false }, /being checked/],
  ['no ref', { updates: [] }, /names no ref/],
  ['a tag', { updates: [{ ...update, ref: 'refs/tags/v1' }] }, /Tags are not taken/],
  ['another ref', { updates: [update, { ...update, ref: 'refs/heads/main' }] }, /Only refs\/heads\/ai-factory\/abc-title may be pushed, not refs\/heads\/main/],
  ['a deletion', { updates: [{ ...update, new: '0'.repeat(40) }], content: null }, /may not be deleted/],
  ['a path that another run holds', { conflicts: [{ path: 'a.txt', heldBy: 'work item x' }] }, /a\.txt is held by work item x/],
])('%s is refused', (_name, changed, words) => {
  expect(reasons(changed)).toMatch(words);
});

test.each([
  ['a blob as branch', { isCommit: false }, /must point to a commit/],
  ['rewritten history', { fastForward: false }, /Not a fast-forward/],
  ['a workflow', { paths: ['.GitHub/Workflows/ci.yml'] }, /protected.*\.GitHub\/Workflows\/ci\.yml/],
  ['a submodule', { submodules: ['vendor/x'] }, /Submodules are not taken: vendor\/x/],
  ['too many files', { paths: Array.from({ length: GATE_LIMITS.files + 1 }, (_, i) => `f${i}`) }, /changes 5001 files/],
  ['too many bytes', { totalBytes: GATE_LIMITS.totalBytes + 1 }, /at most 400 MB/],
  ['a file too large', { largest: { path: 'big', bytes: GATE_LIMITS.fileBytes + 1 } }, /big is 51 MB/],
])('%s is refused', (_name, changed, words) => {
  expect(withContent(changed)).toMatch(words);
});

test('what a disk could take for a protected path is one', () => {
  const shielded = [
    '.github/workflows/x.yml',
    '.github/actions/a/action.yml',
    'CODEOWNERS',
    'docs/CodeOwners',
    '.claude/settings.json',
    'packages/a/.claude/settings.json',
    '.mcp.json',
    '.AI/SPEC.md',
    '.gitmodules',
    'a/.git/config',
    'a/GIT~1/config',
    '.g\u200cit/config',
    '.git. /hooks',
    '.claude::$INDEX_ALLOCATION/settings.json',
  ];
  expect(shielded.filter((path) => !isProtectedPath(path))).toEqual([]);
  const free = ['src/a.ts', '.github/ISSUE_TEMPLATE.md', '.gitignore', 'ai/readme.md', 'workflows/x.yml', '.aircraft'];
  expect(free.filter(isProtectedPath)).toEqual([]);
});
