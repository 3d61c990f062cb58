import { parseRepository, type Repository } from '../../../server/domain/settings/repository.ts';
import { judgeLearningFiles } from '../loops/learning-files.ts';
import type { SupervisorDeps } from '../loops/supervisor-deps.ts';
import type { MirrorCommit } from '../mirror-tree.ts';
import { type BaseTip, ensureBase } from '../mirrors.ts';

export type RepositoryDeps = Pick<SupervisorDeps, 'ctx' | 'mirrors' | 'log'>;

/**
 * Brings the newest base of a repository into its mirror, to be looked into.
 * @throws AppError bad_request with git's own words where the remote refuses us, is empty or lacks the branch
 */
export async function bringBase(deps: RepositoryDeps, name: string): Promise<{ repository: Repository; base: BaseTip; at: MirrorCommit }> {
  const { ctx, mirrors } = deps;
  const repository = parseRepository(name, ctx.config);
  const { repo, cloneUrl } = repository;
  const settings = await ctx.db.repositorySettings.findUnique({ where: { name: repo }, select: { baseBranch: true } });
  const { path, ...base } = await ensureBase(mirrors, { cloneUrl, baseBranch: settings?.baseBranch ?? null });
  await judgeLearningFiles(deps, { repo, cloneUrl, base });
  return { repository, base, at: { host: mirrors.host, path, commit: base.commit } };
}
