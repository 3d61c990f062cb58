import { z } from 'zod';

/** The one NOTIFY channel. A message is only a hint: every reader polls besides. */
export const NOTIFY_CHANNEL = 'factory';
/** `work`: something changed that admission may care about; `runs`: work items whose log or state moved (ids of work items). */
export const notifySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('work') }),
  z.object({ kind: z.literal('moved'), items: z.array(z.string()).max(300) }),
]);
export type Notification = z.infer<typeof notifySchema>;
