/** Where somebody stands in a log, in px: how far down, how much there is, and how much of it is seen. */
export interface Place {
  top: number;
  height: number;
  view: number;
}

/** What a hand does on a log: a turn of the wheel or a finger in px, downwards in the content positive; or a key. */
export type Hand = { kind: 'move'; down: number } | { kind: 'key'; key: string };

/** A finger that rests trembles by so much. */
const TREMBLE_PX = 3;

/** Does a hand want up? It is believed before the log has moved: a busy one would be back at its end by then. */
export function wantsUp(hand: Hand): boolean {
  return hand.kind === 'move' ? hand.down < -TREMBLE_PX : ['ArrowUp', 'PageUp', 'Home'].includes(hand.key);
}

/** So near the end is at the end. */
const END_PX = 40;
/** What browsers round away. */
const ROUNDED_PX = 1;

/**
 * Does the log follow its end? Whoever goes up leaves it at once, by whatever means; who comes down to it follows it again.
 * The log itself never goes up while it follows, but where it becomes shorter: then it still stands at its end.
 * @param landing a jump of our own to a line is under way: where that ends, nobody went
 */
export function decideFollowing(following: boolean, { before, now, landing }: { before: Place; now: Place; landing: boolean }): boolean {
  const away = now.height - now.view - now.top;
  if (now.top < before.top) return away > (now.height < before.height ? END_PX : ROUNDED_PX) ? false : following;
  // The end that somebody came to is the one that was there: a busy log has a new one by now.
  const short = Math.min(before.height, now.height) - now.view - now.top;
  if (now.top > before.top && short <= END_PX && !landing) return true;
  return following;
}
