import { z } from 'zod';
import { idSchema } from '../contracts/ids.ts';
import { createApiToken, listApiTokens, revokeApiToken } from '../services/access/api-tokens.ts';
import { listAudit, listAuditSchema } from '../services/access/list-audit.ts';
import { listMembers } from '../services/access/list-members.ts';
import { removeMember } from '../services/access/remove-member.ts';
import { restoreMember } from '../services/access/restore-member.ts';
import { setMemberRole, setMemberRoleSchema } from '../services/access/set-member-role.ts';
import { whoAmI } from '../services/access/who-am-i.ts';
import { procedure, router } from './trpc.ts';

const byId = z.object({ id: idSchema });

export const me = procedure.query(({ ctx }) => whoAmI(ctx.services));

export const membersRouter = router({
  list: procedure.query(({ ctx }) => listMembers(ctx.services)),
  setRole: procedure.input(setMemberRoleSchema).mutation(({ ctx, input }) => setMemberRole(ctx.services, input)),
  remove: procedure.input(byId).mutation(({ ctx, input }) => removeMember(ctx.services, input)),
  restore: procedure.input(byId).mutation(({ ctx, input }) => restoreMember(ctx.services, input)),
});

export const tokensRouter = router({
  list: procedure.query(({ ctx }) => listApiTokens(ctx.services)),
  // The service parses it, and its words about a wrong field are shown beside the field.
  create: procedure.input(z.unknown()).mutation(({ ctx, input }) => createApiToken(ctx.services, input)),
  revoke: procedure.input(z.object({ name: idSchema })).mutation(({ ctx, input }) => revokeApiToken(ctx.services, input)),
});

export const auditRouter = router({
  list: procedure.input(listAuditSchema).query(({ ctx, input }) => listAudit(ctx.services, input)),
});
