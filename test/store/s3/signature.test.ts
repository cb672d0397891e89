/** The examples of AWS: "Signature Calculations for the Authorization Header" and "… Query Parameters" (read 2026-11). */
import { AwsV4Signer } from 'aws4fetch';
import { describe, expect, it } from 'vitest';
import { refusalOfSignature } from '../../../simulators/s3-signature.ts';

const SECRETS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const NOW = Date.UTC(2013, 4, 24);
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

type Example = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  signature: string;
};
const EXAMPLES: Record<string, Example> = {
  'a range of an object': {
    method: 'GET',
    url: 'https://examplebucket.s3.amazonaws.com/test.txt',
    headers: { range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  'an object that is put': {
    method: 'PUT',
    url: 'https://examplebucket.s3.amazonaws.com/test$file.text',
    headers: {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
    body: 'Welcome to Amazon S3.',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  'the lifecycle of a bucket': {
    method: 'GET',
    url: 'https://examplebucket.s3.amazonaws.com/?lifecycle',
    headers: { 'x-amz-content-sha256': EMPTY },
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  'a list': {
    method: 'GET',
    url: 'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J',
    headers: { 'x-amz-content-sha256': EMPTY },
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
};
const ADDRESS_SIGNATURE = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';

/** As it would reach a server. */
function requestOf(method: string, { href, host }: URL, headers: Record<string, string>, body = '') {
  const url = new URL(href);
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: { ...headers, host },
    body: Buffer.from(body),
    json: undefined,
  };
}

describe('the signature of a call to S3', () => {
  it.each(Object.entries(EXAMPLES))('is as AWS says for %s, made and checked', async (_, example) => {
    const { method, url, headers, body, signature } = example;
    const options = { ...SECRETS, service: 's3', datetime: '20130524T000000Z', allHeaders: true };
    const signed = await new AwsV4Signer({ ...options, method, url, headers }).sign();
    const made = Object.fromEntries(signed.headers);
    expect(made.authorization).toContain(`Signature=${signature}`);
    const request = requestOf(method, new URL(url), made, body);
    expect(refusalOfSignature(request, SECRETS, NOW)).toBeUndefined();
    const forged = { ...request, headers: { ...request.headers, 'x-amz-date': '20130524T000001Z' } };
    expect(refusalOfSignature(forged, SECRETS, NOW)).toMatchObject({ code: 'SignatureDoesNotMatch' });
    const other = { ...request, body: Buffer.from('something else') };
    expect(refusalOfSignature(other, SECRETS, NOW)).toMatchObject({ code: 'XAmzContentSHA256Mismatch' });
    expect(refusalOfSignature(request, SECRETS, NOW + 3_600_000)).toMatchObject({
      code: 'RequestTimeTooSkewed',
    });
  });

  it('is as AWS says for an address that anybody may open for a day, made and checked', async () => {
    const url = 'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Expires=86400';
    const options = { ...SECRETS, service: 's3', datetime: '20130524T000000Z', signQuery: true };
    const signed = await new AwsV4Signer({ ...options, method: 'GET', url }).sign();
    expect(signed.url.searchParams.get('X-Amz-Signature')).toBe(ADDRESS_SIGNATURE);
    const request = requestOf('GET', signed.url, {});
    expect(refusalOfSignature(request, SECRETS, NOW)).toBeUndefined();
    expect(refusalOfSignature({ ...request, method: 'HEAD' }, SECRETS, NOW)).toBeDefined();
    expect(refusalOfSignature(request, SECRETS, NOW + 86_401_000)).toMatchObject({ code: 'AccessDenied' });
  });
});
