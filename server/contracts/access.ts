import { z } from 'zod';
import { ROLES, TOKEN_SCOPES } from './vocabulary.ts';

export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;
export const tokenScopeSchema = z.enum(TOKEN_SCOPES);
export type TokenScope = z.infer<typeof tokenScopeSchema>;

export interface MemberView {
  id: string;
  name: string;
  role: Role;
  joinedAt: string;
  /** Last sign-in. */
  seenAt: string | null;
  removedAt: string | null;
}

export interface TokenView {
  id: string;
  name: string;
  scope: TokenScope;
  /** Login of who made it; null: made on the machine itself. */
  madeBy: string | null;
  createdAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
  /** Why it opens nothing today, though nobody revoked it, as the end of a sentence; null where it does. */
  dead: string | null;
}

export interface AuditView {
  id: number;
  at: string;
  who: string;
  action: string;
  workItemId: string | null;
  /** Title of the work item, where it is one's. */
  title: string | null;
  from: string | null;
  to: string | null;
  why: string | null;
  /** Address, or the machine itself. */
  fromWhere: string | null;
}
