/** The query of a page's address, as Next hands it to the page. */
export type AddressQuery = Promise<Record<string, string | string[] | undefined>>;

/** The value of a name in the address: the first of several, '' where there is none. */
export async function readAddress(query: AddressQuery): Promise<(name: string) => string> {
  const given = await query;
  return (name) => [given[name] ?? ''].flat()[0] ?? '';
}
