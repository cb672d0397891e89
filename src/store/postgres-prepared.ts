/**
 * Statements that are asked again and again: PostgreSQL reads and plans each of them once a connection. What pg-boss asks
 * takes it longer to plan than to do.
 */

const ASKED_OFTEN = 10;
/** Each connection keeps what it has planned. */
const MOST = 100;

/** How often each was asked for, until that is often enough to have a name. */
const asked = new Map<string, number>();
const names = new Map<string, string>();

export type Asked = { text: string; values: unknown[]; name?: string };

/** As pg takes it. One without values may be several statements, which can't be prepared. */
export function prepared(text: string, values: unknown[] = []): Asked {
  const name = values.length > 0 ? nameOf(text) : undefined;
  return name === undefined ? { text, values } : { text, values, name };
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST) return known;
  const count = (asked.get(text) ?? 0) + 1;
  asked.set(text, count);
  if (count < ASKED_OFTEN) return undefined;
  asked.delete(text);
  const name = `strut_${names.size + 1}`;
  names.set(text, name);
  return name;
}
