const LENGTH_MAX = 2_000;
const HERE = 'http://factory.invalid';

/**
 * Where somebody is led after the sign-in: the page of this site that he asked for, path and query; the overview where what is given is
 * anything else. Whoever makes a link may write into it what he likes, so nothing leads to another site, and nothing acts.
 */
export function wayBack(asked: unknown): string {
  if (typeof asked !== 'string' || asked.length > LENGTH_MAX || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(asked) || !URL.canParse(asked, HERE)) return '/';
  const { origin, pathname, search } = new URL(asked, HERE);
  // A path such as /.//elsewhere is another one once it is read; the way back is no page of the sign-in and no door of the API.
  if (origin !== HERE || pathname.startsWith('//') || /^\/(api|sign-in|_next)(\/|$)/i.test(pathname)) return '/';
  return pathname + search;
}
