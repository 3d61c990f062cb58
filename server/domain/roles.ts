import type { Role, TokenScope } from '../contracts/access.ts';

/** What each may do, the one before included: look; make and steer work; settings, members and tokens. */
export type Right = 'view' | 'steer' | 'admin';

const RIGHTS: readonly Right[] = ['view', 'steer', 'admin'];
const OF_ROLE: Record<Role, Right> = { viewer: 'view', member: 'steer', admin: 'admin' };
const OF_SCOPE: Record<TokenScope, Right> = { read: 'view', submit: 'steer', admin: 'admin' };
const SCOPES: readonly TokenScope[] = ['read', 'submit', 'admin'];

const rank = (right: Right) => RIGHTS.indexOf(right);

export function roleMay(role: Role, right: Right): boolean {
  return rank(OF_ROLE[role]) >= rank(right);
}

export function scopeMay(scope: TokenScope, right: Right): boolean {
  return rank(OF_SCOPE[scope]) >= rank(right);
}

/** What a token may do today: never more than the person who made it. @param maker null: made on the machine itself */
export function scopeToday(scope: TokenScope, maker: { role: Role } | null): TokenScope {
  if (!maker) return scope;
  const most = rank(OF_ROLE[maker.role]);
  return SCOPES[Math.min(most, rank(OF_SCOPE[scope]))] ?? 'read';
}

export interface TokenOrigin {
  /** The one that a start without sign-in prints. */
  ofStart: boolean;
  /** Who made it; null: somebody on the machine itself. `atMachine`: he came by a sign-in link. */
  maker: { removed: boolean; left: boolean; atMachine: boolean } | null;
}

/** Why a token that nobody revoked opens nothing, as the end of a sentence; null where it does. @param localMode nobody signs in with GitHub */
export function whyDead({ ofStart, maker }: TokenOrigin, { localMode }: { localMode: boolean }): string | null {
  if (maker?.removed) return 'who made it was removed';
  if (maker?.left) return 'GitHub says that who made it may not enter any more';
  if (!localMode && maker?.atMachine) return 'it was made by a sign-in link of the machine, and people sign in with GitHub here';
  if (!localMode && ofStart) return 'a start printed it, and people sign in with GitHub here';
  return null;
}

/** Why somebody may not be removed or given a lower role; null where he may: a factory without an admin could never get one again. */
export function refuseLoss({ role, otherAdmins }: { role: Role; otherAdmins: number }): string | null {
  return role === 'admin' && otherAdmins === 0 ? 'This is the last admin: make somebody else an admin first.' : null;
}
