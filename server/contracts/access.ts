import { z } from 'zod';

/** viewer looks; member makes and steers work; admin has settings, members and tokens besides. */
export const roleSchema = z.enum(['admin', 'member', 'viewer']);
export type Role = z.infer<typeof roleSchema>;
/** What an API token may do: look; make and steer work; all that an admin may. */
export const tokenScopeSchema = z.enum(['read', 'submit', 'admin']);
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
