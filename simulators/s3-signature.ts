/** AWS Signature Version 4 as a server checks it, written from AWS's description ("Authenticating Requests", read 2026-11). */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SimRequest } from './provider-sim.ts';

export type S3Refusal = { status: number; code: string };
export type S3Secrets = { accessKeyId: string; secretAccessKey: string; region: string };

const SKEW_MS = 15 * 60_000;
const LONGEST_SECONDS = 7 * 24 * 3600;
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Undefined where the call is signed as it must be. */
export function refusalOfSignature(
  request: SimRequest,
  secrets: S3Secrets,
  now: number,
): S3Refusal | undefined {
  const claim = request.headers.authorization ? inHeader(request) : inQuery(request);
  if (!claim) return { status: 403, code: 'AccessDenied' };
  const [accessKeyId, day, region, service, end] = claim.credential.split('/');
  if (accessKeyId !== secrets.accessKeyId) return { status: 403, code: 'InvalidAccessKeyId' };
  if (
    region !== secrets.region ||
    service !== 's3' ||
    end !== 'aws4_request' ||
    !claim.date.startsWith(day ?? '-')
  )
    return { status: 400, code: 'AuthorizationHeaderMalformed' };
  const at = Date.parse(claim.date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (claim.lastsSeconds === undefined) {
    if (!(Math.abs(now - at) <= SKEW_MS)) return { status: 403, code: 'RequestTimeTooSkewed' };
  } else if (!(claim.lastsSeconds <= LONGEST_SECONDS && now <= at + claim.lastsSeconds * 1000))
    return { status: 403, code: 'AccessDenied' };
  if (!claim.signedHeaders.includes('host')) return { status: 403, code: 'SignatureDoesNotMatch' };
  const canonical = [
    request.method,
    request.path
      .split('/')
      .map((part) => encoded(decodeURIComponent(part)))
      .join('/'),
    [...request.query]
      .filter(([name]) => name !== 'X-Amz-Signature')
      .map(([name, value]) => [encoded(name), encoded(value)])
      .sort(([a = '', x = ''], [b = '', y = '']) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
      .map((pair) => pair.join('='))
      .join('&'),
    ...claim.signedHeaders.map(
      (name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}`,
    ),
    '',
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', claim.date, scope, sha256(canonical)].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(
    (before, part) => hmac(before, part),
    hmac(`AWS4${secrets.secretAccessKey}`, day ?? ''),
  );
  const right = hmac(key, toSign);
  const given = Buffer.from(claim.signature, 'hex');
  if (given.length !== right.length || !timingSafeEqual(given, right))
    return { status: 403, code: 'SignatureDoesNotMatch' };
  if (claim.payload !== 'UNSIGNED-PAYLOAD' && claim.payload !== sha256(request.body))
    return { status: 400, code: 'XAmzContentSHA256Mismatch' };
  return undefined;
}

type Claim = {
  credential: string;
  signedHeaders: string[];
  signature: string;
  date: string;
  payload: string;
  lastsSeconds?: number;
};

function inHeader({ headers }: SimRequest): Claim | undefined {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  const [, credential = '', signed = '', signature = ''] = found ?? [];
  const date = headers['x-amz-date'];
  const payload = headers['x-amz-content-sha256'];
  if (!found || !date || !payload) return undefined;
  const signedHeaders = signed.split(';');
  // Whatever speaks to the store in its own words must be signed.
  const mustBe = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  return mustBe.every((name) => signedHeaders.includes(name))
    ? { credential, signedHeaders, signature, date, payload }
    : undefined;
}

function inQuery({ query }: SimRequest): Claim | undefined {
  const [credential, signed, signature, date, lasts] = [
    'X-Amz-Credential',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
    'X-Amz-Date',
    'X-Amz-Expires',
  ].map((name) => query.get(name));
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') return undefined;
  if (!credential || !signed || !signature || !date || !lasts) return undefined;
  return {
    credential,
    signedHeaders: signed.split(';'),
    signature,
    date,
    payload: 'UNSIGNED-PAYLOAD',
    lastsSeconds: Number(lasts),
  };
}
