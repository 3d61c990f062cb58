/** Minutes that the zone is ahead of UTC at this instant. */
function offsetMinutes(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const get = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
  return Math.round((local - Math.floor(at.getTime() / 1000) * 1000) / 60_000);
}

/** The instant of the local midnight `days` days after the one before `now`. */
function midnight(now: Date, timeZone: string, days: number): Date {
  const local = new Date(now.getTime() + offsetMinutes(now, timeZone) * 60_000);
  const wall = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate() + days);
  // The offset at midnight may differ from the one now (daylight saving): settle it in two steps.
  let guess = new Date(wall - offsetMinutes(now, timeZone) * 60_000);
  guess = new Date(wall - offsetMinutes(guess, timeZone) * 60_000);
  return guess;
}

/** Since when "today" counts, in an IANA time zone. */
export function startOfDay(now: Date, timeZone: string): Date {
  return midnight(now, timeZone, 0);
}

/** When the daily budgets begin anew. */
export function startOfTomorrow(now: Date, timeZone: string): Date {
  return midnight(now, timeZone, 1);
}

/** The local midnight that began the day `days` days ago; 0: today's. */
export function startOfDaysAgo(now: Date, timeZone: string, days: number): Date {
  return midnight(now, timeZone, -days);
}
