/** So many pieces are gathered at most; then the writer waits for the turn to end. */
const GATHER_MAX = 64;

/**
 * Joins what is written in one turn of the event loop into one piece: tRPC writes an event of a stream as four, and each would be a
 * packet of its own. Nothing waits for longer than that turn.
 */
export function gatherWrites(): TransformStream<Uint8Array, Uint8Array> {
  let pieces: Uint8Array[] = [];
  let turn: Promise<void> | undefined;
  const flush = (controller: TransformStreamDefaultController<Uint8Array>) => {
    turn = undefined;
    if (pieces.length === 0) return;
    const whole = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
    pieces = [];
    try {
      controller.enqueue(whole);
    } catch {
      // The reader has left in this very turn.
    }
  };
  return new TransformStream({
    transform(piece, controller) {
      pieces.push(piece);
      turn ??= new Promise((resolve) => setImmediate(() => resolve(flush(controller))));
      return pieces.length < GATHER_MAX ? undefined : turn;
    },
    flush,
  });
}
