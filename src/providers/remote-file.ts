/** Opens a file on a host that somebody else named, from where an earlier connection left off. */
import type { Dispatcher } from 'undici';
import { heeding } from './http.ts';

const MAX_REDIRECTS = 5;

/** What lies on disk so far, and of which version of the remote file. Changed in place as it grows. */
export type Progress = { bytes: number; total?: number; version?: string };

/** What came is not what was asked for. */
export class BadResult extends Error {
  override name = 'BadResult';
  readonly retryHelps: boolean;
  constructor(message: string, { retryHelps = true } = {}) {
    super(message);
    this.retryHelps = retryHelps;
  }
}

type Body = Dispatcher.ResponseData['body'];

/**
 * Answers with the bytes that follow `progress`, which is set back to nought when the host starts anew; `missing` on
 * 404, which may be a moment's, `gone` on 410. Throws BadResult, or what undici throws.
 */
export async function openRemote(
  agent: Dispatcher,
  url: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Body | 'missing' | 'gone'> {
  // Without a way to tell versions apart, going on could join two different files.
  if (progress.version === undefined && progress.total === undefined) restart(progress);
  const resume: Record<string, string> = progress.bytes > 0 ? { range: `bytes=${progress.bytes}-` } : {};
  if (progress.bytes > 0 && progress.version) resume['if-range'] = progress.version;
  const { statusCode, headers, body } = await follow(agent, url, resume, signal);
  const encoding = headers['content-encoding'];
  if (statusCode === 206 && progress.bytes > 0 && continues(headers, progress)) return body;
  if (statusCode === 200 && (encoding === undefined || encoding === 'identity')) {
    restart(progress);
    const length = Number(headers['content-length'] ?? Number.NaN);
    if (Number.isSafeInteger(length)) progress.total = length;
    const version = versionOf(headers);
    if (version) progress.version = version;
    return body;
  }
  await drop(body);
  if (statusCode === 404) return 'missing';
  if (statusCode === 410) return 'gone';
  // Whatever it said about the rest of the file, the next try asks for all of it.
  if (statusCode === 206 || statusCode === 416) restart(progress);
  throw new BadResult(`the host of the video answered ${statusCode}`);
}

function restart(progress: Progress): void {
  progress.bytes = 0;
  delete progress.total;
  delete progress.version;
}

type Headers = Dispatcher.ResponseData['headers'];

/** The range is the one asked for, of the file that was begun. */
function continues(headers: Headers, { bytes, total, version }: Progress): boolean {
  const [, start, , whole] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(String(headers['content-range'])) ?? [];
  if (Number(start) !== bytes) return false;
  if (total !== undefined && whole !== '*' && Number(whole) !== total) return false;
  const now = versionOf(headers);
  return version === undefined || now === undefined || now === version;
}

/** A strong tag, or the date; a weak tag promises too little to go on with. */
function versionOf(headers: Headers): string | undefined {
  const { etag, 'last-modified': date } = headers;
  if (typeof etag === 'string' && etag.startsWith('"')) return etag;
  return typeof date === 'string' ? date : undefined;
}

async function follow(agent: Dispatcher, from: string, headers: Record<string, string>, signal: AbortSignal) {
  let url = from;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const { protocol, origin, pathname, search } = parse(url);
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new BadResult('the video has no web address', { retryHelps: false });
    const request = {
      origin,
      path: pathname + search,
      method: 'GET' as const,
      headers: {
        accept: 'video/*, */*;q=0.5',
        'accept-encoding': 'identity',
        'user-agent': 'strut',
        ...headers,
      },
      signal,
    };
    const answer = await heeding(signal, () => agent.request(request));
    const { location } = answer.headers;
    if (answer.statusCode < 300 || answer.statusCode > 399 || typeof location !== 'string') return answer;
    await drop(answer.body);
    if (!URL.canParse(location, url)) throw new BadResult('the host of the video sends us nowhere');
    url = new URL(location, url).href;
  }
  throw new BadResult('the host of the video sends us in circles');
}

/** URL's own error would carry the address, which may be signed. */
function parse(url: string): URL {
  if (!URL.canParse(url)) throw new BadResult('the video has no web address', { retryHelps: false });
  return new URL(url);
}

/** Small bodies are read, so that the connection can be used again; others end with it. */
const drop = (body: Body): Promise<void> => body.dump({ limit: 16_384 }).catch(() => {});
