import { AppError } from '../app-error.ts';

export interface Repository {
  /** owner/name on the GitHub server, else the git URL or path: the group of the queue and of leases. */
  repo: string;
  repoKind: 'github' | 'git';
  cloneUrl: string;
}

const OWNER_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;
export const isOwnerName = (text: string): boolean => OWNER_NAME.test(text);
const hasControl = (text: string) => [...text].some((char) => char.charCodeAt(0) < 32 || char.charCodeAt(0) === 127);

function refuse(why: string): never {
  throw new AppError('bad_request', `repo: ${why}`, { field: 'repo' });
}

/**
 * Reads what a person or a program named as repository: owner/name, a GitHub URL, an https or ssh git URL; in local mode also a
 * path, file: or http: URL.
 * @throws AppError bad_request with field `repo`
 */
export function parseRepository(input: string, { localMode, githubServerUrl }: { localMode: boolean; githubServerUrl: string }): Repository {
  const text = input.trim();
  if (text === '') refuse('name one, as owner/name or as a git URL.');
  if (hasControl(text)) refuse('it must not hold control characters.');
  if (text.startsWith('-')) refuse('it must not begin with a dash.');
  if (/^[a-z0-9+.-]*::/i.test(text)) refuse('transports such as ext:: are not taken; give an https or ssh URL.');
  if (OWNER_NAME.test(text)) return onGitHub(text, githubServerUrl);
  if (text.startsWith('/') || text.startsWith('./') || text.startsWith('../')) {
    if (!localMode) refuse('a local path is taken only in local mode.');
    if (!text.startsWith('/')) refuse('give the path from the root on.');
    return { repo: text.replace(/\/+$/, ''), repoKind: 'git', cloneUrl: text };
  }
  const scp = /^([A-Za-z0-9._-]+)@([A-Za-z0-9.-]+):(?!\/\/)([^\s]+)$/.exec(text);
  if (scp?.[3]?.startsWith('-')) refuse('its path must not begin with a dash.');
  if (scp) return fromUrl(new URL(`ssh://${scp[1]}@${scp[2]}/${scp[3]}`), githubServerUrl, text);
  if (!URL.canParse(text)) refuse(`“${text}” is neither owner/name nor a git URL.`);
  const url = new URL(text);
  if (/%(?:[01][0-9a-f]|7f)/i.test(text)) refuse('it must not hold control characters.');
  switch (url.protocol) {
    case 'https:':
    case 'ssh:':
      break;
    case 'http:':
    case 'file:':
      if (!localMode) refuse(`${url.protocol} URLs are taken only in local mode; give an https or ssh URL.`);
      break;
    default:
      refuse(`${url.protocol} URLs are not taken; give an https or ssh URL.`);
  }
  if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:')) {
    refuse('it must not hold a user name or password; the factory has its own credential.');
  }
  return fromUrl(url, githubServerUrl, text);
}

function onGitHub(name: string, githubServerUrl: string): Repository {
  const repo = name.replace(/\.git$/, '');
  return { repo, repoKind: 'github', cloneUrl: `${githubServerUrl.replace(/\/+$/, '')}/${repo}.git` };
}

function fromUrl(url: URL, githubServerUrl: string, text: string): Repository {
  if (url.username.startsWith('-')) refuse('its user must not begin with a dash.');
  if (url.hostname.startsWith('-')) refuse('its host must not begin with a dash.');
  const server = new URL(githubServerUrl);
  const path = url.pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  const sameServer = url.protocol === 'ssh:' ? url.hostname === server.hostname : url.host === server.host && url.protocol === server.protocol;
  if (sameServer) {
    const [owner, name] = path.split('/');
    if (name !== undefined && OWNER_NAME.test(`${owner}/${name}`)) return onGitHub(`${owner}/${name}`, githubServerUrl);
    refuse(`${text} names no repository: owner/name is missing.`);
  }
  if (url.protocol !== 'file:' && path === '') refuse(`${text} names no repository: the path is missing.`);
  return { repo: text.replace(/\/+$/, ''), repoKind: 'git', cloneUrl: text };
}
