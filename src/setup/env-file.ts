/** `.env`: changed line by line, so that comments and whatever else stands in it stay; written whole or not at all. */
import { randomUUID } from 'node:crypto';
import { chmod, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';

/** Undefined takes a setting out. */
export type Changes = ReadonlyMap<string, string | undefined>;

/** Empty where there is none. Throws what the system says where it can't be read. */
export async function readEnvFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** As Node reads it back. Throws RangeError for what no line can hold. */
export function lineOf(name: string, value: string): string {
  const written = /^[\w.,:/@=+-]*$/.test(value)
    ? value
    : [`"`, `'`, '`'].filter((quote) => !value.includes(quote)).map((quote) => quote + value + quote)[0];
  const line = `${name}=${written ?? ''}`;
  if (written === undefined || /[\r\n]/.test(value) || parseEnv(line)[name] !== value)
    throw new RangeError(`${name} can’t be written on one line`);
  return line;
}

const ofName = (name: string): RegExp => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`);
const ofComment = (name: string): RegExp => new RegExp(`^\\s*#\\s*${name}\\s*=`);

/** The text with the changes in it. A setting goes where it stood, else where it stands in a comment, else to the end. */
export function changed(text: string, changes: Changes): string {
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  for (const [name, value] of changes) {
    // Of two lines of a name, the last one counts: it is changed, and the others go.
    const found = lines.flatMap((line, at) => (ofName(name).test(line) ? [at] : []));
    const last = found.pop();
    for (const at of found.reverse()) lines.splice(at, 1);
    const at = last === undefined ? undefined : last - found.length;
    if (value === undefined) {
      if (at !== undefined) lines.splice(at, 1);
      continue;
    }
    const line = lineOf(name, value);
    const commented = lines.findIndex((one) => ofComment(name).test(one));
    if (at !== undefined) lines[at] = line;
    else if (commented >= 0) lines[commented] = line;
    else lines.push(line);
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

/** What will be different, a line each: `+`, `-`. Of secrets, only that they change. */
export function difference(before: string, changes: Changes, isSecret: (name: string) => boolean): string[] {
  const old = parseEnv(before);
  const shown = (name: string, value: string): string => `${name}=${isSecret(name) ? '(hidden)' : value}`;
  return [...changes].flatMap(([name, value]) => {
    const was = old[name];
    if ((was ?? '') === (value ?? '')) return [];
    return [
      ...(was ? [`- ${shown(name, was)}`] : []),
      ...(value === undefined ? [] : [`+ ${shown(name, value)}`]),
    ];
  });
}

/** Nobody else can read it at any moment, and a crash leaves the old one. Throws what the system says. */
export async function writeEnvFile(path: string, text: string): Promise<void> {
  // Where it is a link, what it leads to is written.
  const target = await realpath(path).catch(() => path);
  const making = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    const file = await open(making, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(making, 0o600);
    await rename(making, target);
  } catch (error) {
    await rm(making, { force: true });
    throw error;
  }
}
