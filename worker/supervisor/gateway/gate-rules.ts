/** Most files that one push may change, and most bytes it may carry: packed, unpacked, and in one file. */
export const GATE_LIMITS = { files: 5_000, packBytes: 200 * 1024 * 1024, totalBytes: 400 * 1024 * 1024, fileBytes: 50 * 1024 * 1024 } as const;

const ZERO = /^0+$/;
const SHOWN_PATHS = 10;

export interface RefUpdate {
  old: string;
  new: string;
  ref: string;
}

/** What the new commits hold; null where no commit could be looked at. */
export interface PushedContent {
  isCommit: boolean;
  fastForward: boolean;
  /** Paths that the new commits change, the base's own changes left out. */
  paths: string[];
  /** Paths that become a link to another repository (mode 160000). */
  submodules: string[];
  packBytes: number;
  totalBytes: number;
  largest: { path: string; bytes: number } | null;
}

export interface GateFacts {
  role: 'worker' | 'verifier';
  /** False while a claim is being verified or published: what is checked must not move. */
  open: boolean;
  ownRef: string;
  updates: RefUpdate[];
  content: PushedContent | null;
  /** Live leases of other runs over changed paths. */
  conflicts: Array<{ path: string; heldBy: string }>;
}

export type GateDecision = { kind: 'accept' } | { kind: 'refuse'; reasons: string[] };

/** Whether one accepted push may carry these facts. Every reason is a sentence that the agent reads in git's output. */
export function decideGate(facts: GateFacts): GateDecision {
  const reasons = [...refReasons(facts), ...(facts.content ? contentReasons(facts.content) : []), ...leaseReasons(facts.conflicts)];
  return reasons.length === 0 ? { kind: 'accept' } : { kind: 'refuse', reasons };
}

function refReasons(facts: GateFacts): string[] {
  if (facts.role === 'verifier') return ['A verifier pushes nothing.'];
  const reasons: string[] = [];
  if (!facts.open) reasons.push('A claim of this run is being checked or published: nothing may be pushed until it is answered.');
  if (facts.updates.length === 0) reasons.push('The push names no ref.');
  for (const update of facts.updates) {
    if (update.ref.startsWith('refs/tags/')) reasons.push(`Tags are not taken: ${update.ref}.`);
    else if (update.ref !== facts.ownRef) reasons.push(`Only ${facts.ownRef} may be pushed, not ${update.ref}.`);
    else if (ZERO.test(update.new)) reasons.push(`${update.ref} may not be deleted.`);
  }
  return reasons;
}

function contentReasons(content: PushedContent): string[] {
  if (!content.isCommit) return ['The branch must point to a commit.'];
  const reasons: string[] = [];
  if (!content.fastForward) reasons.push('Not a fast-forward: build on the last accepted commit, do not rewrite it (no force-push).');
  const shielded = content.paths.filter(isProtectedPath);
  if (shielded.length > 0) reasons.push(`These paths are protected and may not be changed: ${list(shielded)}.`);
  if (content.submodules.length > 0) reasons.push(`Submodules are not taken: ${list(content.submodules)}.`);
  if (content.paths.length > GATE_LIMITS.files) reasons.push(`The push changes ${content.paths.length} files; at most ${GATE_LIMITS.files} are taken.`);
  if (content.packBytes > GATE_LIMITS.packBytes || content.totalBytes > GATE_LIMITS.totalBytes)
    reasons.push(`The push holds ${megabytes(Math.max(content.packBytes, content.totalBytes))}; at most ${megabytes(GATE_LIMITS.totalBytes)} are taken.`);
  if (content.largest && content.largest.bytes > GATE_LIMITS.fileBytes)
    reasons.push(`${content.largest.path} is ${megabytes(content.largest.bytes)}; a file may be at most ${megabytes(GATE_LIMITS.fileBytes)}.`);
  return reasons;
}

function leaseReasons(conflicts: GateFacts['conflicts']): string[] {
  return conflicts.slice(0, SHOWN_PATHS).map((conflict) => `${conflict.path} is held by ${conflict.heldBy}: leave it as it is, or wait.`);
}

const PROTECTED_FOLDERS = ['.github/workflows', '.github/actions', '.claude', '.ai', '.git'];
const PROTECTED_ANYWHERE = new Set(['codeowners', '.mcp.json', '.gitmodules', '.git', 'git~1', '.claude', '.ai']);

/**
 * Paths by which a push could change what runs, reviews or instructs elsewhere: workflows and actions, CODEOWNERS, agents' settings,
 * `.ai/`, submodules, and everything that a file system could take for `.git`. Compared as a case-insensitive disk would,
 * without characters that such a disk ignores.
 */
export function isProtectedPath(path: string): boolean {
  const parts = path.split('/').map(asDiskWould);
  const plain = parts.join('/');
  return parts.some((part) => PROTECTED_ANYWHERE.has(part)) || PROTECTED_FOLDERS.some((folder) => plain === folder || plain.startsWith(`${folder}/`));
}

/** HFS+ ignores zero-width and direction marks; NTFS ignores trailing dots and spaces and what follows a colon. */
function asDiskWould(part: string): string {
  return part
    .normalize('NFKC')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '')
    .toLowerCase()
    .replace(/:.*$/, '')
    .replace(/[. ]+$/, '');
}

function list(paths: string[]): string {
  const shown = paths.slice(0, SHOWN_PATHS).join(', ');
  return paths.length > SHOWN_PATHS ? `${shown} and ${paths.length - SHOWN_PATHS} more` : shown;
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MB`;
