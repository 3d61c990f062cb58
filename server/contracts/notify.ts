import { z } from 'zod';

/** The one NOTIFY channel. A message is only a hint: every reader polls besides. */
export const NOTIFY_CHANNEL = 'factory';
/** `work`: something changed that admission may care about; `moved`: work items whose log or state moved; `access`: who may look changed; `look`: somebody at a screen waits for a supervisor's answer. */
export const notifySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('work') }),
  z.object({ kind: z.literal('access') }),
  z.object({ kind: z.literal('look') }),
  z.object({ kind: z.literal('moved'), items: z.array(z.string()).max(300) }),
]);
export type Notification = z.infer<typeof notifySchema>;
