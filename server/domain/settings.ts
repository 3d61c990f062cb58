/** A wrong configuration, in one sentence for the person who starts the factory. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

export interface Setting {
  name: string;
  /** null: off, or asked elsewhere, unless set. */
  default: string | undefined;
  /** What it takes, as the end of a sentence. */
  takes: string;
  about: string;
  secret?: true;
  for: 'web' | 'supervisor' | 'both';
  group: 'Start here' | 'Limits' | 'Work' | 'Model' | 'Workers' | 'Addresses and data';
}

/** Every variable of the configuration. README's table and .env.example are made of this. */
export const SETTINGS: readonly Setting[] = [
  {
    name: 'GITHUB_TOKEN',
    default: undefined,
    takes: 'a GitHub personal access token with repository permissions',
    about: 'Clones and pushes GitHub repositories, opens pull requests, reads issues. Without it these are off.',
    secret: true,
    for: 'supervisor',
    group: 'Start here',
  },
  {
    name: 'REPOS',
    default: '',
    takes: 'a comma-separated list such as owner/repo1,owner/repo2',
    about: 'Repositories whose labelled issues become work.',
    for: 'supervisor',
    group: 'Start here',
  },
  {
    name: 'ANTHROPIC_API_KEY',
    default: undefined,
    takes: 'an Anthropic API key',
    about: 'Credential of the model. One of the two is needed for Claude Code; without, the demo agent works.',
    secret: true,
    for: 'supervisor',
    group: 'Start here',
  },
  {
    name: 'CLAUDE_CODE_OAUTH_TOKEN',
    default: undefined,
    takes: 'a token made by “claude setup-token”',
    about: 'Credential of a Claude subscription, instead of an API key.',
    secret: true,
    for: 'supervisor',
    group: 'Start here',
  },
  {
    name: 'VERIFY_COMMAND',
    default: undefined,
    takes: 'a shell command',
    about: 'Checks a finished work item in a clean container, where the item names no command of its own. Without one, pull requests are drafts.',
    for: 'both',
    group: 'Start here',
  },
  { name: 'MAX_WORKERS', default: '2', takes: 'a whole number from 0 to 1000', about: 'Workers that live at the same time.', for: 'both', group: 'Limits' },
  {
    name: 'DAILY_BUDGET',
    default: '200',
    takes: 'a whole number of iterations from 0 up',
    about: 'Iterations a day, over all workers.',
    for: 'both',
    group: 'Limits',
  },
  {
    name: 'DAILY_BUDGET_USD',
    default: undefined,
    takes: 'a number of US dollars',
    about: 'USD a day, over all workers. Off unless set.',
    for: 'both',
    group: 'Limits',
  },
  {
    name: 'COOLDOWN_SECONDS',
    default: '60',
    takes: 'a whole number of seconds from 0 to 86400',
    about: 'Seconds between two starts of workers.',
    for: 'both',
    group: 'Limits',
  },
  {
    name: 'FACTORY_TZ',
    default: undefined,
    takes: 'an IANA time zone such as Europe/Berlin',
    about: 'Where a day begins. Default: the zone of the machine.',
    for: 'both',
    group: 'Limits',
  },
  {
    name: 'INTAKE_LABEL',
    default: 'ai-factory',
    takes: 'the name of a GitHub label',
    about: 'Issues with this label become work.',
    for: 'supervisor',
    group: 'Work',
  },
  {
    name: 'POLL_INTERVAL',
    default: '60000',
    takes: 'a whole number of milliseconds from 1000 up',
    about: 'How often GitHub is asked for issues and pull requests (ms).',
    for: 'supervisor',
    group: 'Work',
  },
  {
    name: 'SETUP_COMMAND',
    default: undefined,
    takes: 'a shell command',
    about: 'Runs before the first iteration and before the verify command, where the item names none of its own.',
    for: 'both',
    group: 'Work',
  },
  {
    name: 'AGENT',
    default: 'auto',
    takes: 'auto, claude, demo or command',
    about: 'Who does the work. auto: Claude Code where a model credential is set and a container seals it, else the scripted demo.',
    for: 'both',
    group: 'Work',
  },
  {
    name: 'AGENT_COMMAND',
    default: undefined,
    takes: 'a shell command',
    about: 'With AGENT=command: the program of each iteration; it reads the prompt on stdin.',
    for: 'both',
    group: 'Work',
  },
  {
    name: 'ANTHROPIC_BASE_URL',
    default: 'https://api.anthropic.com',
    takes: 'an http or https address',
    about: 'Where the gateway forwards model calls to.',
    for: 'supervisor',
    group: 'Model',
  },
  {
    name: 'RUNTIME',
    default: 'auto',
    takes: 'auto, docker or process',
    about: 'How workers are started. auto: containers where a Docker engine answers, else processes with the demo agent.',
    for: 'both',
    group: 'Workers',
  },
  {
    name: 'WORKER_IMAGE',
    default: undefined,
    takes: 'the name of an image',
    about: 'A ready worker image. Unset: it is built at the first start.',
    for: 'supervisor',
    group: 'Workers',
  },
  {
    name: 'WORKER_BASE',
    default: 'node:24-bookworm-slim',
    takes: 'the name of an image',
    about: 'What the worker image is built on: Debian or a derivative of it.',
    for: 'supervisor',
    group: 'Workers',
  },
  {
    name: 'GATEWAY_PORT',
    default: '0',
    takes: 'a port from 0 to 65535',
    about: 'Port of the gateway that workers reach. 0: any free one, kept from then on.',
    for: 'supervisor',
    group: 'Workers',
  },
  {
    name: 'EGRESS_ALLOW',
    default: '',
    takes: 'a list of hosts, host:port or *.domain',
    about: 'Hosts that workers may reach beside the package registries this machine is configured for.',
    for: 'supervisor',
    group: 'Workers',
  },
  {
    name: 'EXTRA_CA_CERTS',
    default: undefined,
    takes: 'the path of a PEM file',
    about: 'Certificates that workers trust, as behind a company proxy. Default: NODE_EXTRA_CA_CERTS of this machine.',
    for: 'supervisor',
    group: 'Workers',
  },
  {
    name: 'DATABASE_URL',
    default: undefined,
    takes: 'a postgresql:// address',
    about: 'Postgres of your own. Unset: one is run in DATA_DIR.',
    secret: true,
    for: 'both',
    group: 'Addresses and data',
  },
  { name: 'DATA_DIR', default: '.data', takes: 'a folder', about: 'Everything that is kept on disk.', for: 'both', group: 'Addresses and data' },
  {
    name: 'PORT',
    default: '3000',
    takes: 'a port from 1 to 65535',
    about: 'Port of the web app. Taken by someone else: the next free one.',
    for: 'both',
    group: 'Addresses and data',
  },
  { name: 'HOST', default: 'localhost', takes: 'localhost', about: 'Published address of the web app.', for: 'both', group: 'Addresses and data' },
  {
    name: 'LISTEN_HOST',
    default: undefined,
    takes: 'an address to bind',
    about: 'Address that is bound, where it differs from HOST: 0.0.0.0 inside a container.',
    for: 'both',
    group: 'Addresses and data',
  },
  {
    name: 'APP_URL',
    default: undefined,
    takes: 'an http or https address',
    about: 'Where people reach the web app; used in links. Default: http://HOST:PORT.',
    for: 'both',
    group: 'Addresses and data',
  },
  {
    name: 'AUTH_SECRET',
    default: undefined,
    takes: 'at least 16 random characters, such as “openssl rand -hex 32” prints',
    about: 'Required by docker-compose; `npm start` needs none.',
    secret: true,
    for: 'web',
    group: 'Addresses and data',
  },
  {
    name: 'GITHUB_API_URL',
    default: 'https://api.github.com',
    takes: 'an http or https address',
    about: 'API of GitHub or GitHub Enterprise.',
    for: 'supervisor',
    group: 'Addresses and data',
  },
  {
    name: 'GITHUB_SERVER_URL',
    default: 'https://github.com',
    takes: 'an http or https address',
    about: 'GitHub or GitHub Enterprise itself.',
    for: 'both',
    group: 'Addresses and data',
  },
  { name: 'LOG_LEVEL', default: 'info', takes: 'debug, info, warn, error or silent', about: 'What is logged.', for: 'both', group: 'Addresses and data' },
];
