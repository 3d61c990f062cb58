import { AppError } from '../app-error.ts';
import { isOwnerName } from '../settings/repository.ts';

export interface IssueAddress {
  owner: string;
  name: string;
  number: number;
}

/**
 * Reads which issue a person named: its address on the GitHub server, with whatever a browser left behind it, or owner/name#number.
 * @throws AppError bad_request with field `issue`
 */
export function parseIssueAddress(input: string, githubServerUrl: string): IssueAddress {
  const text = input.trim();
  const short = /^([^/\s#]+\/[^/\s#]+)#(\d+)$/.exec(text);
  if (short) return toAddress(short[1], short[2]);
  const host = new URL(githubServerUrl).host;
  if (!URL.canParse(text)) refuse(`“${text.slice(0, 100)}” is no address of an issue: paste one such as https://${host}/owner/name/issues/12.`);
  const url = new URL(text);
  if (url.host !== host || !/^https?:$/.test(url.protocol)) refuse(`it is not on ${host}, the GitHub server of this factory.`);
  const [, path, sort, number] = /^\/([^/]+\/[^/]+)\/(issues|pull)\/(\d+)(?:\/|$)/.exec(url.pathname) ?? [];
  if (sort === 'pull') refuse('it is a pull request, and only an issue can be imported.');
  return toAddress(path, number);
}

function toAddress(path: string | undefined, digits: string | undefined): IssueAddress {
  const number = Number(digits);
  if (path === undefined || !isOwnerName(path) || !(number >= 1 && number <= 2_147_483_647))
    refuse('it names no issue: owner, repository or number is missing.');
  const [owner = '', name = ''] = path.split('/');
  return { owner, name, number };
}

function refuse(why: string): never {
  throw new AppError('bad_request', `issue: ${why}`, { field: 'issue' });
}
