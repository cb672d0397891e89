/**
 * A store that speaks S3, as far as one bucket is concerned: whole objects and such in parts, ranges, lists in pages,
 * copies, addresses that are signed. It checks every signature, and can misbehave.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type Reply, type SimRequest, type SimServer, startServer } from './provider-sim.ts';
import { refusalOfSignature, type S3Secrets } from './s3-signature.ts';

type StoredObject = { body: Buffer; type: string; etag: string; changedAt: number };
type Upload = { name: string; type: string; parts: Map<number, { body: Buffer; etag: string }> };
type S3Right = 'put' | 'read' | 'list' | 'delete';

export type S3Sim = SimServer &
  S3Secrets & {
    bucket: string;
    objects: Map<string, StoredObject>;
    /** Uploads in parts that were neither completed nor given up. */
    uploads: Map<string, Upload>;
    /** What the key may not do. */
    denied: Set<S3Right>;
    /** Of a list, on one page. */
    pageSize: number;
    now(): number;
  };

const SMALLEST_PART = 5 * 1024 * 1024;

export async function startS3({
  port,
  smallestPart = SMALLEST_PART,
}: {
  port?: number;
  smallestPart?: number;
} = {}): Promise<S3Sim> {
  const state = {
    bucket: 'strut-files',
    accessKeyId: 'AKIASIMULATED',
    secretAccessKey: 'simulated/secret+of/the+store',
    region: 'eu-simulated-1',
    objects: new Map<string, StoredObject>(),
    uploads: new Map<string, Upload>(),
    denied: new Set<S3Right>(),
    pageSize: 1000,
    now: Date.now,
  };

  async function handle(request: SimRequest): Promise<Reply> {
    const unsigned = refusalOfSignature(request, state, state.now());
    if (unsigned) return refuse(unsigned.status, unsigned.code);
    const [, bucket, ...rest] = request.path.split('/');
    if (bucket !== state.bucket) return refuse(404, 'NoSuchBucket');
    const name = decodeURIComponent(rest.join('/'));
    const right = rightFor(request);
    if (state.denied.has(right)) return refuse(403, 'AccessDenied');
    if (name === '') return request.method === 'GET' ? list(request.query) : refuse(405, 'MethodNotAllowed');
    const uploadId = request.query.get('uploadId');
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return give(request, state.objects.get(name));
      case 'PUT':
        if (uploadId !== null) return putPart(request, uploadId, name);
        return request.headers['x-amz-copy-source'] ? copy(request, name) : put(request, name);
      case 'POST':
        return uploadId === null ? begin(request, name) : complete(request, uploadId, name);
      case 'DELETE':
        if (uploadId === null) state.objects.delete(name);
        else if (!state.uploads.delete(uploadId)) return refuse(404, 'NoSuchUpload');
        return { status: 204 };
      default:
        return refuse(405, 'MethodNotAllowed');
    }
  }

  const stored = (body: Buffer, type: string, etag = tagOf(body)): StoredObject => ({
    body,
    type,
    etag,
    changedAt: state.now(),
  });

  function put({ body, headers }: SimRequest, name: string): Reply {
    const object = stored(body, headers['content-type'] ?? 'binary/octet-stream');
    state.objects.set(name, object);
    return { status: 200, headers: { etag: object.etag } };
  }

  function copy({ headers }: SimRequest, name: string): Reply {
    const [, bucket, ...rest] = decodeURIComponent(headers['x-amz-copy-source'] ?? '').split('/');
    const from = bucket === state.bucket ? state.objects.get(rest.join('/')) : undefined;
    if (!from) return refuse(404, 'NoSuchKey');
    state.objects.set(name, stored(from.body, from.type, from.etag));
    return xml(`<CopyObjectResult><ETag>${escaped(from.etag)}</ETag></CopyObjectResult>`);
  }

  function begin({ query, headers }: SimRequest, name: string): Reply {
    if (!query.has('uploads')) return refuse(400, 'InvalidRequest');
    const id = randomUUID();
    state.uploads.set(id, { name, type: headers['content-type'] ?? '', parts: new Map() });
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }

  function putPart({ query, body }: SimRequest, uploadId: string, name: string): Reply {
    const upload = state.uploads.get(uploadId);
    const number = Number(query.get('partNumber'));
    if (upload?.name !== name) return refuse(404, 'NoSuchUpload');
    if (!(number >= 1 && number <= 10_000)) return refuse(400, 'InvalidArgument');
    const etag = tagOf(body);
    upload.parts.set(number, { body, etag });
    return { status: 200, headers: { etag } };
  }

  function complete({ body }: SimRequest, uploadId: string, name: string): Reply {
    const upload = state.uploads.get(uploadId);
    if (upload?.name !== name) return refuse(404, 'NoSuchUpload');
    const asked = [
      ...body.toString().matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag><\/Part>/g),
    ];
    const parts = asked.map(([, number, etag = '']) => {
      const part = upload.parts.get(Number(number));
      return part?.etag === etag.replaceAll('&quot;', '"') ? part : undefined;
    });
    const found = parts.filter((part) => part !== undefined);
    if (found.length === 0 || found.length < parts.length) return refuse(400, 'InvalidPart');
    if (found.slice(0, -1).some(({ body }) => body.length < smallestPart))
      return refuse(400, 'EntityTooSmall');
    const sums = found.map(({ body }) => createHash('md5').update(body).digest());
    const etag = `"${createHash('md5').update(Buffer.concat(sums)).digest('hex')}-${found.length}"`;
    state.objects.set(name, stored(Buffer.concat(found.map(({ body }) => body)), upload.type, etag));
    state.uploads.delete(uploadId);
    return xml(
      `<CompleteMultipartUploadResult><ETag>${escaped(etag)}</ETag></CompleteMultipartUploadResult>`,
    );
  }

  function list(query: URLSearchParams): Reply {
    if (query.get('list-type') !== '2') return refuse(501, 'NotImplemented');
    const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
    const left = [...state.objects.keys()]
      .filter((name) => name.startsWith(query.get('prefix') ?? '') && name > after)
      .sort();
    const page = left.slice(0, state.pageSize);
    const contents = page.map((name) => {
      const { body, etag, changedAt } = state.objects.get(name) as StoredObject;
      const at = new Date(changedAt).toISOString();
      return `<Contents><Key>${escaped(name)}</Key><LastModified>${at}</LastModified><ETag>${escaped(etag)}</ETag><Size>${body.length}</Size></Contents>`;
    });
    const more = left.length > page.length;
    const token = Buffer.from(page.at(-1) ?? '').toString('base64');
    return xml(
      `<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents.join('')}${more ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''}</ListBucketResult>`,
    );
  }

  const server = await startServer(handle, { port });
  return Object.assign(state, server);
}

function rightFor({ method, query, path }: SimRequest): S3Right {
  if (method === 'DELETE') return query.has('uploadId') ? 'put' : 'delete';
  if (method === 'PUT' || method === 'POST') return 'put';
  return path.split('/').length > 2 && !path.endsWith('/') ? 'read' : 'list';
}

function give({ method, headers, query }: SimRequest, object: StoredObject | undefined): Reply {
  if (!object) return method === 'HEAD' ? { status: 404 } : refuse(404, 'NoSuchKey');
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  const { length } = object.body;
  const from = Number(range?.[1] ?? 0);
  const to = Math.min(Number(range?.[2] || length - 1), length - 1);
  if (range && from >= length) return refuse(416, 'InvalidRange');
  const body = object.body.subarray(from, to + 1);
  const cacheControl = query.get('response-cache-control');
  return {
    status: range ? 206 : 200,
    headers: {
      'content-type': query.get('response-content-type') ?? object.type,
      'content-length': String(body.length),
      'accept-ranges': 'bytes',
      etag: object.etag,
      'last-modified': new Date(object.changedAt).toUTCString(),
      ...(cacheControl ? { 'cache-control': cacheControl } : {}),
      ...(range ? { 'content-range': `bytes ${from}-${to}/${length}` } : {}),
    },
    bytes: inChunks(body),
  };
}

async function* inChunks(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
}

const tagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const xml = (text: string, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  text: `<?xml version="1.0" encoding="UTF-8"?>\n${text}`,
});

const refuse = (status: number, code: string): Reply =>
  xml(`<Error><Code>${code}</Code><RequestId>${randomUUID()}</RequestId></Error>`, status);
