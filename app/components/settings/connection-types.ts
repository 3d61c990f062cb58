import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../../server/api/router.ts';

export type Connection = inferRouterOutputs<AppRouter>['connections']['get']['connections'][number];
/** A supervisor, and what it works with. */
export type Holder = Connection['supervisors'][number];
