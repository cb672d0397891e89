/** Connections to addresses that somebody else gave us: only to the public internet, judged when connecting. */
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';

/** All public IPv6 addresses lie here (IANA, IPv6 Global Unicast Address Assignments, 2026-11-21). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address is one of the public internet; private, local, shared, mapped, tunnelled and reserved ones are not. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST);
}

/** A name or a redirect led to a place that is not public. A retry helps only when its DNS changes. */
class NotPublic extends Error {
  override name = 'NotPublic';
  readonly code = 'ERR_NOT_PUBLIC';
  constructor() {
    super('the address is not a public one');
  }
}

/**
 * A connector for undici that opens nothing but public addresses, as DNS gives them at that moment, except to the
 * trusted origins. `resolve` stands in for DNS in tests.
 */
export function publicOnly(
  trustedOrigins: readonly string[],
  resolve: LookupFunction = lookup,
): buildConnector.connector {
  const trusted = new Set(trustedOrigins.map((url) => new URL(url).origin));
  const open = buildConnector({ allowH2: false });
  const guarded = buildConnector({ allowH2: false, lookup: onlyPublic(resolve) });
  return (options, callback) => {
    const { origin, hostname } = new URL(`${options.protocol}//${options.host ?? options.hostname}`);
    if (trusted.has(origin)) return open(options, callback);
    // A literal address is never looked up, so it is judged here.
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) && !isPublic(literal)) return callback(new NotPublic(), null);
    guarded(options, callback);
  };
}

const onlyPublic =
  (resolve: LookupFunction): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const found = Array.isArray(addresses) ? addresses.filter(({ address }) => isPublic(address)) : [];
      const [first] = found;
      if (!first) return callback(new NotPublic(), []);
      if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
