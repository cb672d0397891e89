/** Names under `.test`, which no DNS knows, lie on this machine, until their owner says that they are gone. */
import dns, { type LookupOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import type { LookupFunction } from 'node:net';

const hidden = new Set<string>();

export function hide(name: string, gone: boolean): void {
  if (gone) hidden.add(name);
  else hidden.delete(name);
}

const truly = dns.lookup as LookupFunction;
const lookup: LookupFunction = (name, options, callback) => {
  if (!name.endsWith('.test')) return truly(name, options, callback);
  if (hidden.has(name)) {
    process.send?.({ missed: name });
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    return void setImmediate(() => callback(error, ''));
  }
  const { all } = options satisfies LookupOptions;
  const address = '127.0.0.1';
  setImmediate(() => (all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)));
};
Object.assign(dns, { lookup });
syncBuiltinESMExports();
