import { decideItemCaps } from '../../../server/domain/specs/item-caps.ts';

interface Said {
  setup: string | null;
  verify: string | null;
  baseBranch: string | null;
  maxIterations: number | null;
  maxUsd: number | null;
}
export interface KnownRepository {
  settings: Said;
  environment: { setup: string | null; verify: string | null };
}

/**
 * What holds where a field of a new work item is left empty. Pure.
 * @param repository null: not known yet, and nothing is claimed of it
 */
export function newWorkHints(
  repository: KnownRepository | null,
  tasks: number,
): Record<'setup' | 'verify' | 'baseBranch' | 'maxIterations' | 'maxUsd', string> {
  if (!repository) {
    return {
      setup: 'empty: the repository’s, else the factory’s; runs before the first iteration, and before the checks',
      verify: 'empty: the repository’s, else the factory’s; without any, the pull request is a draft',
      baseBranch: 'empty: the repository’s own',
      maxIterations: 'empty: the repository’s; if it has none, the larger of 30 and twice the tasks',
      maxUsd: 'empty: the repository’s; if it has none, 10',
    };
  }
  const { settings, environment } = repository;
  const whose = (own: unknown) => (own === null ? '' : ', the repository’s');
  const command = (name: 'setup' | 'verify') => {
    const value = settings[name] ?? environment[name];
    return value === null ? null : `empty: “${value}”, ${settings[name] === null ? 'the factory’s' : 'the repository’s'}`;
  };
  const caps = decideItemCaps({}, settings, tasks);
  return {
    setup: command('setup') ?? 'runs before the first iteration, and before the checks',
    verify: command('verify') ?? 'without one, the pull request is a draft',
    baseBranch: settings.baseBranch === null ? 'empty: the remote’s default' : `empty: ${settings.baseBranch}, the repository’s`,
    maxIterations: `empty: ${caps.maxIterations}${settings.maxIterations === null ? ', the larger of 30 and twice the tasks' : whose(settings.maxIterations)}`,
    maxUsd: `empty: ${caps.maxUsd}${whose(settings.maxUsd)}`,
  };
}
