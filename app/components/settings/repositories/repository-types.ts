import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../../../server/api/router.ts';

export type RepositoryData = inferRouterOutputs<AppRouter>['repositories']['get'];
