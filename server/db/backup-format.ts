import { z } from 'zod';

export const BACKUP_FORMAT = 'ai-software-factory backup';
export const BACKUP_VERSION = 1;

/** First line of a backup: gzipped lines of JSON. */
export const backupHeaderSchema = z.object({
  format: z.literal(BACKUP_FORMAT),
  v: z.literal(BACKUP_VERSION),
  at: z.iso.datetime(),
  /** Version of the factory that wrote it. */
  version: z.string(),
  /** What the database had, oldest first: the same is made before the rows are put back. */
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
});
export type BackupHeader = z.infer<typeof backupHeaderSchema>;

/** Every later line: the table that follows, one of its rows, or the end. */
export const backupLineSchema = z.union([
  z.object({ table: z.string(), columns: z.array(z.string()) }),
  z.array(z.string().nullable()),
  z.object({ rows: z.number().int() }),
]);
