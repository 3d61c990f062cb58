import { tracked } from '@trpc/server';
import { z } from 'zod';
import { idSchema } from '../contracts/ids.ts';
import { retrySchema } from '../contracts/rest.ts';
import { AppError } from '../domain/app-error.ts';
import { getChanges } from '../services/changes/get-changes.ts';
import { getLogEnd } from '../services/events/get-log-end.ts';
import { readLastEvents } from '../services/events/read-last-events.ts';
import { searchEvents, searchEventsSchema } from '../services/events/search-events.ts';
import { changeWorkItem } from '../services/work/change-work-item.ts';
import { pauseWorkItem } from '../services/work/pause-work-item.ts';
import { resumeWorkItem } from '../services/work/resume-work-item.ts';
import { sendMessage } from '../services/work/send-message.ts';
import { cancelWorkItem } from '../services/work/cancel-work-item.ts';
import { askIssue } from '../services/work/issues/ask-issue.ts';
import { countWorkItems } from '../services/work/read/count-work-items.ts';
import { createWorkItem } from '../services/work/create-work-item.ts';
import { getAskedIssue } from '../services/work/issues/get-asked-issue.ts';
import { getWorkFacts } from '../services/work/read/get-work-facts.ts';
import { getShownWorkItem } from '../services/work/read/get-shown-work-item.ts';
import { getWorkItem } from '../services/work/read/get-work-item.ts';
import { listFacets } from '../services/work/read/list-facets.ts';
import { listIterations } from '../services/work/read/list-iterations.ts';
import { listWorkHistory } from '../services/work/read/list-work-history.ts';
import { listWorkItems, listWorkItemsSchema } from '../services/work/read/list-work-items.ts';
import { requestDraftPullRequest } from '../services/work/request-draft-pull-request.ts';
import { undoCancel } from '../services/work/undo-cancel.ts';
import { retryWorkItem } from '../services/work/retry-work-item.ts';
import { workFiltersSchema } from '../services/work/read/work-where.ts';
import { asTrpcError, procedure, router } from './trpc.ts';
import { watchViewer } from './watch-viewer.ts';

const byId = z.object({ id: idSchema });

export const workRouter = router({
  list: procedure.input(listWorkItemsSchema).query(({ ctx, input }) => listWorkItems(ctx.services, input)),
  counts: procedure.input(workFiltersSchema).query(({ ctx, input }) => countWorkItems(ctx.services, input)),
  facets: procedure.query(({ ctx }) => listFacets(ctx.services)),
  get: procedure.input(byId).query(({ ctx, input }) => getShownWorkItem(ctx.services, input)),
  spec: procedure.input(byId).query(async ({ ctx, input }) => (await getWorkItem(ctx.services, input)).spec),
  facts: procedure.input(byId).query(({ ctx, input }) => getWorkFacts(ctx.services, input)),
  // The service parses it, and its words about a wrong field are shown beside the field.
  create: procedure.input(z.unknown()).mutation(({ ctx, input }) => createWorkItem(ctx.services, input)),
  askIssue: procedure.input(z.unknown()).mutation(({ ctx, input }) => askIssue(ctx.services, input)),
  askedIssue: procedure.input(byId).query(({ ctx, input }) => getAskedIssue(ctx.services, input)),
  cancel: procedure.input(byId).mutation(({ ctx, input }) => cancelWorkItem(ctx.services, input)),
  undoCancel: procedure.input(byId.extend({ cancelledAt: z.iso.datetime() })).mutation(({ ctx, input }) => undoCancel(ctx.services, input)),
  retry: procedure.input(byId.extend({ fresh: retrySchema.unwrap().shape.fresh })).mutation(({ ctx, input }) => retryWorkItem(ctx.services, input)),
  pause: procedure.input(byId).mutation(({ ctx, input }) => pauseWorkItem(ctx.services, input)),
  resume: procedure.input(byId).mutation(({ ctx, input }) => resumeWorkItem(ctx.services, input)),
  change: procedure.input(byId.extend({ change: z.unknown() })).mutation(({ ctx, input }) => changeWorkItem(ctx.services, input)),
  message: procedure.input(byId.extend({ message: z.unknown() })).mutation(({ ctx, input }) => sendMessage(ctx.services, input)),
  draftPullRequest: procedure.input(byId).mutation(({ ctx, input }) => requestDraftPullRequest(ctx.services, input)),
  /** What it changed, or what the run did. */
  changes: procedure.input(byId.extend({ runId: idSchema.optional() })).query(({ ctx, input }) => getChanges(ctx.services, input)),
  history: procedure.input(byId).query(({ ctx, input }) => listWorkHistory(ctx.services, input)),
  iterations: procedure.input(byId).query(({ ctx, input }) => listIterations(ctx.services, input)),

  searchLog: procedure.input(searchEventsSchema).query(({ ctx, input }) => searchEvents(ctx.services, input)),
  /** How the log ends just now: what is shown until `events` has brought it all. */
  lastEvents: procedure
    .input(z.union([byId, z.object({ runId: idSchema })]))
    .query(({ ctx, input }) => readLastEvents(ctx.services, 'id' in input ? { workItemId: input.id } : input)),
  /** The log: everything after lastEventId, then what comes. Ids are seqs, so a stream that was lost resumes without gap or double. */
  events: procedure
    .input(
      byId.extend({
        lastEventId: z
          .string()
          .regex(/^\d{1,9}$/)
          .nullish(),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      await getLogEnd(ctx.services, { workItemId: input.id }).catch((error: unknown) => {
        throw error instanceof AppError ? asTrpcError(error) : error; // what a stream throws passes by the middleware
      });
      const viewer = watchViewer(ctx, signal);
      try {
        for await (const events of ctx.feed.watch({ id: input.id, after: Number(input.lastEventId ?? 0), signal: viewer.signal })) {
          yield tracked(String(events.at(-1)?.seq ?? 0), events);
        }
        viewer.refuse();
      } finally {
        viewer.end();
      }
    }),
});
