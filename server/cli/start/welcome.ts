/** How somebody gets in: in local mode by what this start printed, which has no token where somebody else's has its name. */
export type WayIn = { team: true } | { team: false; link: string; token: string | null };

interface Welcome {
  url: string;
  way: WayIn;
  /** For the example. */
  repo: string;
  /** Who works, as far as this environment says. */
  agent: 'demo' | 'demo, for want of a credential' | 'another';
}

/** What a start says when all is up, as lines. */
export function welcome({ url, way, repo, agent }: Welcome): string[] {
  const body = JSON.stringify({ repo, spec: '# Say hello\n\n- [ ] Add a greeting\n- [ ] Mention it in the README', verify: 'npm test' });
  const token = way.team ? null : way.token;
  return [
    `The factory runs at ${url}`,
    '',
    ...(way.team ? ['Sign in with GitHub there. Locked out? npm run factory -- login-link'] : ['Sign in (works once, within 15 minutes):', `  ${way.link}`]),
    '',
    token ? 'Submit work:' : 'Submit work, with a token in place of TOKEN (npm run factory -- token create NAME makes one):',
    `  curl -X POST ${url}/api/work -H 'Authorization: Bearer ${token ?? 'TOKEN'}' \\`,
    `    -H 'Content-Type: application/json' -d '${body.replaceAll("'", `'\\''`)}'`,
    '',
    ...(agent === 'another' ? [] : [`${WHY[agent]}. ${way.team ? 'Settings → Connections takes one.' : 'Try it: npm run factory -- demo'}`, '']),
    'Ctrl-C stops it; what is under way is kept.',
  ];
}

const WHY = {
  demo: 'AGENT=demo: the scripted DEMO agent works',
  'demo, for want of a credential': 'No model credential is set in the environment: without one the scripted DEMO agent works',
};
