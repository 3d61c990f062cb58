/** Says by how much a text is too long, so that it is shortened by who wrote it and not cut. Pure. @returns undefined where it fits */
export function tooLong(text: string, max: number): string | undefined {
  const { length } = text.trim();
  if (length <= max) return undefined;
  const count = (n: number) => n.toLocaleString('en');
  return `This is ${count(length - max)} ${length - max === 1 ? 'character' : 'characters'} too long: ${count(length)} of at most ${count(max)}.`;
}
