export interface Screen {
  href: string;
  label: string;
  /** Only admins see it. */
  admin?: true;
}

/** Where one can go from everywhere. */
export const SCREENS: readonly Screen[] = [
  { href: '/', label: 'Overview' },
  { href: '/work', label: 'Work' },
  { href: '/workers', label: 'Workers' },
  { href: '/learnings', label: 'Learnings' },
  { href: '/metrics', label: 'Metrics' },
  { href: '/settings', label: 'Settings' },
];

/** What the palette knows besides. */
export const SETTINGS_SCREENS: readonly Screen[] = [
  { href: '/settings/health', label: 'Settings: Health' },
  { href: '/settings/connections', label: 'Settings: Connections' },
  { href: '/settings/repositories', label: 'Settings: Repositories' },
  { href: '/settings/limits', label: 'Settings: Limits' },
  { href: '/settings/members', label: 'Settings: Members', admin: true },
  { href: '/settings/tokens', label: 'Settings: Tokens', admin: true },
  { href: '/settings/audit', label: 'Settings: Audit', admin: true },
];
