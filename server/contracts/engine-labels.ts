/** Labels of all that a supervisor makes on an engine: what carries another supervisor's id is never touched. */
export const LABEL = {
  owner: 'ai-factory.owner',
  dataDir: 'ai-factory.data-dir',
  host: 'ai-factory.host',
  run: 'ai-factory.run',
  role: 'ai-factory.role',
  item: 'ai-factory.item',
  /** Of an image: what is made of it inherits its labels, and is not the supervisor's for that. */
  builtBy: 'ai-factory.built-by',
} as const;

/** Whose a thing on an engine is. */
export interface EngineOwner {
  /** The supervisor's id. */
  id: string;
  /** Its DATA_DIR, absolute. */
  dataDir: string;
  /** The machine on which that path means something: an engine may serve several. */
  host: string;
}

export function ownLabels({ id, dataDir, host }: EngineOwner): Record<string, string> {
  return { [LABEL.owner]: id, [LABEL.dataDir]: dataDir, [LABEL.host]: host };
}
