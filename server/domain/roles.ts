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

/**
 * What a token may do today: never more than the person who made it.
 * @param maker null: made on the machine itself
 * @returns null where its maker was removed
 */
export function scopeToday(scope: TokenScope, maker: { role: Role; removed: boolean } | null): TokenScope | null {
  if (!maker) return scope;
  if (maker.removed) return null;
  const most = rank(OF_ROLE[maker.role]);
  return SCOPES[Math.min(most, rank(OF_SCOPE[scope]))] ?? 'read';
}

/** Why somebody may not be removed or given a lower role; null where he may: a factory without an admin could never get one again. */
export function refuseLoss({ role, otherAdmins }: { role: Role; otherAdmins: number }): string | null {
  return role === 'admin' && otherAdmins === 0 ? 'This is the last admin: make somebody else an admin first.' : null;
}
