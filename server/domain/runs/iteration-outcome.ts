/** How Ralph says that an iteration ended as it should, or only met a usage limit, which is nobody's fault. All else is the class of an error. */
const NO_FAULT: readonly string[] = ['ok', 'limit'];

/** Did an iteration that ended so fail? @param outcome as its `iteration.finished` has it */
export function isFailedOutcome(outcome: string): boolean {
  return !NO_FAULT.includes(outcome);
}
