import { wayBack } from '../../server/domain/way-back.ts';

/** Header in which proxy.ts tells a page what was asked for: a layout is not told. */
export const ASKED_HEADER = 'x-asked';
/**
 * Holds where somebody wanted to go when he was led to the sign-in page. A cookie, since the way in may be a link of the console or
 * GitHub, which know nothing of it. Each visit of the sign-in page decides anew what is in it.
 */
const WAY_BACK_COOKIE = 'factory_way_back';
/** As long as a sign-in link lives. */
const LIFE_S = 15 * 60;

/** The address of the sign-in page for somebody who asked for a page. */
export function signInAddress(asked: string | null): string {
  const to = wayBack(asked);
  return to === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`;
}

/** What a visit of the sign-in page does to the way back: keeps it while a sign-in is under way. @returns the cookie's new line, if any */
export function turnWayBack(query: URLSearchParams): string | null {
  const to = wayBack(query.get('to'));
  if (to !== '/') return `${WAY_BACK_COOKIE}=${encodeURIComponent(to)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LIFE_S}`;
  const underWay = ['link', 'spent', 'refused', 'error'].some((name) => query.has(name));
  return underWay ? null : `${WAY_BACK_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
}

/** Where the person of this request wanted to go; `/` where he came by himself. */
export function wayBackOf(request: { headers: Headers }): string {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${WAY_BACK_COOKIE}=`))?.slice(WAY_BACK_COOKIE.length + 1) ?? '';
  try {
    return wayBack(decodeURIComponent(value));
  } catch {
    return '/'; // not a value of ours
  }
}
