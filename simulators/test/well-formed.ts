/** Whether every text in a JSON is one that UTF-8 can hold: half an emoji is what cutting at a number of units leaves. */
export function isWellFormed(json: unknown): boolean {
  if (typeof json === 'string') return json.isWellFormed();
  if (typeof json !== 'object' || json === null) return true;
  return Object.entries(json).every(([name, value]) => name.isWellFormed() && isWellFormed(value));
}
