/** fal.ai's file storage: signed addresses to upload to, public ones to read from. */
import { createHash, randomUUID } from 'node:crypto';
import type { Reply, SimRequest } from './provider-sim.ts';

const PART_BYTES = 10 * 1024 * 1024;

export type Upload = {
  type: string;
  bytes: Buffer;
  parts: Map<number, Buffer>;
  lifecycle: string | undefined;
};

export function createFalFiles() {
  const uploads = new Map<string, Upload>();

  function initiate({ path, query, json, headers }: SimRequest, base: string): Reply {
    const { content_type: type, file_name: name } = (json ?? {}) as Record<string, unknown>;
    if (query.get('storage_type') !== 'fal-cdn-v3' || typeof type !== 'string' || typeof name !== 'string') {
      return {
        status: 422,
        json: {
          detail: [{ loc: ['body', 'content_type'], msg: 'field required', type: 'value_error.missing' }],
        },
      };
    }
    const file = `/files/b/${randomUUID()}/${name}`;
    uploads.set(file, {
      type,
      bytes: Buffer.alloc(0),
      parts: new Map(),
      lifecycle: headers['x-fal-object-lifecycle'],
    });
    const parts = path.endsWith('-multipart') ? 'parts' : 'whole';
    return {
      status: 200,
      json: { file_url: base + file, upload_url: `${base}/upload/${parts}${file}?signature=sim` },
    };
  }

  function take({ method, path, query, headers, body, json }: SimRequest): Reply {
    if (query.get('signature') !== 'sim') return { status: 403, text: 'SignatureDoesNotMatch' };
    // A signed address refuses a second proof of who is asking.
    if (headers.authorization !== undefined) return { status: 400, text: 'Only one auth mechanism allowed' };
    const [, , kind] = path.split('/');
    const [, file = '', step] = /^\/upload\/\w+(\/files\/b\/[^/]+\/[^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const upload = uploads.get(file);
    if (!upload) return { status: 404, text: 'NoSuchUpload' };
    if (kind === 'whole' && method === 'PUT') {
      if (headers['content-type'] !== upload.type) return { status: 403, text: 'SignatureDoesNotMatch' };
      upload.bytes = body;
      return { status: 200, text: '' };
    }
    if (method === 'PUT' && Number(step) >= 1) {
      if (body.length > PART_BYTES) return { status: 400, text: 'EntityTooLarge' };
      upload.parts.set(Number(step), body);
      return {
        status: 200,
        json: { partNumber: Number(step), etag: createHash('md5').update(body).digest('hex') },
      };
    }
    if (method !== 'POST' || step !== 'complete') return { status: 405, text: '' };
    const named = (json as { parts: { partNumber: number; etag: string }[] }).parts;
    const whole = named.map(({ partNumber, etag }) => {
      const part = upload.parts.get(partNumber);
      return part && createHash('md5').update(part).digest('hex') === etag ? part : undefined;
    });
    if (whole.includes(undefined)) return { status: 400, text: 'InvalidPart' };
    upload.bytes = Buffer.concat(whole.filter((part) => part !== undefined));
    return { status: 200, text: '' };
  }

  function serve(path: string): Reply | undefined {
    const file = uploads.get(path);
    return (
      file && {
        status: 200,
        headers: { 'content-type': file.type, 'content-length': String(file.bytes.length) },
        bytes: one(file.bytes),
      }
    );
  }

  return { uploads, initiate, take, serve };
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
