// The law of the house: contracts ← domain ← db, adapters ← services ← api ← app. See CONTRIBUTING.md.
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.(int\\.)?test\\.ts$' },
  to: {
    pathNot: [...allowed, '^node_modules/', '\\.css$', '^mdast$'],
    dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
  },
});
const contracts = '^server/contracts/';
const domain = '^server/domain/';
const db = '^server/db/';
const adapters = '^server/adapters/';
const services = '^server/services/';
const env = '^server/env\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('contracts', contracts, [contracts], 'Contracts know only each other.'),
    only('domain', domain, [contracts, domain], 'Decisions are pure.'),
    {
      name: 'domain-is-pure',
      comment: 'No file, network, process or clock: a decision is a function of what it is given. Parsers of markdown and zod are pure too.',
      severity: 'error',
      from: { path: [domain, contracts], pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'],
        pathNot: '(^|/)(util$|zod|mdast|mdast-util-[a-z-]+|micromark-extension-gfm|@types/mdast)(/|$)',
      },
    },
    only('db', db, [contracts, domain, db], ''),
    only('adapters', adapters, [contracts, domain, db, adapters], ''),
    only('services', services, [contracts, domain, db, adapters, services], ''),
    only('api', '^server/api/', [contracts, domain, db, adapters, services, env, '^server/api/'], ''),
    only('env', env, [contracts, domain], ''),
    only('cli', '^server/cli/', ['^server/'], 'The CLI starts web and supervisor as processes and imports neither.'),
    { name: 'server-imports-neither-app-nor-worker', severity: 'error', from: { path: '^server/' }, to: { path: '^(app|worker)/' } },
    only('supervisor', '^worker/supervisor/', [contracts, domain, db, adapters, services, env, '^worker/supervisor/'], 'Never api, next or react.'),
    { name: 'supervisor-renders-no-page', severity: 'error', from: { path: '^worker/' }, to: { path: '^node_modules/(next|react|react-dom|@trpc)/' } },
    only('ralph', '^worker/ralph/', [contracts, domain, '^worker/ralph/'], 'Ralph is bundled alone.'),
    {
      name: 'ralph-needs-no-package',
      comment: 'What contracts and domain use is bundled with it; Ralph itself takes node: only.',
      severity: 'error',
      from: { path: '^worker/ralph/', pathNot: ['\\.(int\\.)?test\\.ts$', '^worker/ralph/bundle\\.mjs$'] },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
    },
    {
      name: 'client-components-load-no-schema',
      comment: 'Words, pure decisions and types: a parser of everything is no part of a page.',
      severity: 'error',
      from: { path: '^app/components/' },
      to: {
        path: '^server/',
        pathNot: [
          '^server/contracts/(vocabulary|audit-actions)\\.ts$',
          '^server/domain/(specs/(spec|spec-problems|item-caps)|work/states|settings/health|runs/(event-words|iteration-outcome))\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    only('app', '^app/', ['^app/', '^server/'], ''),
    {
      name: 'web-never-touches-docker',
      severity: 'error',
      from: { path: '^(app|server)/', pathNot: '^server/cli/' },
      to: { path: '^node_modules/dockerode/' },
    },
    { name: 'tests-stay-tests', severity: 'error', from: { pathNot: '\\.test\\.tsx?$|^e2e/' }, to: { path: '\\.test\\.tsx?$|^e2e/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.next|\\.data)/|server/db/generated' },
    preserveSymlinks: true,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
