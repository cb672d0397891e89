/** The way from the internet to us, tried through the public name; and the port that it ends at. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Diagnosis } from '../core/diagnosis.ts';
import { listenForProbe, probeBody, probePaths, probeToken } from '../http/probe.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { formatsOf } from '../words/formats.ts';
import { codeOf } from './machine.ts';
import type { Check, Patient } from './patient.ts';

const ANSWERS_WITHIN_MS = 8_000;
const SMALL_BYTES = 1_000;
/** The largest webhook that is taken, nearly; the default limit of many proxies is just there. */
const HOOK_BYTES = 1_000_000;
const LINK_BYTES = 4_000_000;
/** The first word of a stream that nobody holds back is there long before. */
const FIRST_WORD_MS = 2_500;
const ENDS_SOON_MS = 14 * 24 * 3_600_000;

const { size } = formatsOf('en');

/** All that it needs to know. */
type Reached = Pick<Patient, 'config' | 'isRunning' | 'signal'> & { secretKey?: string | undefined };

export const internet = {
  name: 'the way from the internet',
  async look(patient: Reached): Promise<Diagnosis[]> {
    const { config, isRunning } = patient;
    if (isRunning) return patient.secretKey ? fromOutside(patient, patient.secretKey) : [];
    const secretKey = randomBytes(32).toString('base64url');
    const { HOST: host, PORT: port } = config;
    try {
      const listening = await listenForProbe({ host, port, secretKey });
      try {
        return await fromOutside(patient, secretKey);
      } finally {
        await listening.close();
      }
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EADDRINUSE') return [diagnosis('port-taken', { port })];
      if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
        return [diagnosis('port-forbidden', { port, host, code })];
      throw error;
    }
  },
} satisfies Check;

type Way = { address: string; host: string; port: number; secretKey: string; signal: AbortSignal };

async function fromOutside({ config, signal }: Reached, secretKey: string): Promise<Diagnosis[]> {
  const address = config.PUBLIC_URL;
  if (address === undefined) return [diagnosis('public-unset', {})];
  const way: Way = { address, host: config.HOST, port: config.PORT, secretKey, signal };
  const isPlain = address.startsWith('http:') ? [diagnosis('public-plain', {})] : [];
  const certificate = isPlain.length > 0 ? undefined : await certificateOf(way);
  if (certificate?.level === 'broken') return [certificate];
  const troubles = await troublesOf(way);
  return [
    ...(certificate ? [certificate] : []),
    ...isPlain,
    ...(troubles.length > 0 ? troubles : [diagnosis('public-works', { address })]),
  ];
}

async function troublesOf(way: Way): Promise<Diagnosis[]> {
  const { address, host, port } = way;
  const first = await ask(way, SMALL_BYTES, 'link');
  if ('problem' in first) return [diagnosis('public-unreachable', { address, problem: first.problem, port })];
  if (first.status !== 200 || first.text !== probeBody(SMALL_BYTES))
    return [diagnosis('public-not-us', { address, status: first.status, host, port })];
  const hook = await ask(way, SMALL_BYTES, 'hook', probeBody(SMALL_BYTES));
  if ('problem' in hook || hook.text !== JSON.stringify({ strut: SMALL_BYTES })) {
    const status = 'problem' in hook ? hook.problem : hook.status;
    return [diagnosis('hooks-not-us', { address, status, host, port })];
  }
  const [large, sent, isHeld] = await Promise.all([
    ask(way, LINK_BYTES, 'link'),
    ask(way, HOOK_BYTES, 'hook', probeBody(HOOK_BYTES)),
    holdsStreams(way),
  ]);
  const cut = (bytes: number, answer: Answer): Diagnosis =>
    diagnosis('proxy-cuts', {
      address,
      size: size(bytes),
      status: 'problem' in answer ? answer.problem : answer.status,
    });
  const isWhole = !('problem' in large) && large.text.length === LINK_BYTES;
  const isSent = !('problem' in sent) && sent.text === JSON.stringify({ strut: HOOK_BYTES });
  return [
    ...(isWhole ? [] : [cut(LINK_BYTES, large)]),
    ...(isSent ? [] : [cut(HOOK_BYTES, sent)]),
    ...(isHeld ? [diagnosis('proxy-buffers', { address })] : []),
  ];
}

type Answer = { status: number; text: string } | { problem: string };

async function ask(
  { address, secretKey, signal }: Way,
  bytes: number,
  what: 'link' | 'hook',
  body?: string,
): Promise<Answer> {
  const path = probePaths(probeToken(secretKey, bytes))[what];
  try {
    const answer = await fetch(address + path, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]),
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: problemOf(error) };
  }
}

/** Whether the first word of a stream waits for its end. */
async function holdsStreams({ address, secretKey, signal }: Way): Promise<boolean> {
  const stop = new AbortController();
  try {
    const answer = await fetch(address + probePaths(probeToken(secretKey, 0)).stream, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, stop.signal, AbortSignal.timeout(FIRST_WORD_MS)]),
    });
    const first = await answer.body?.getReader().read();
    return !Buffer.from(first?.value ?? [])
      .toString()
      .startsWith('data: strut');
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError';
  } finally {
    stop.abort();
  }
}

async function certificateOf({ address, signal, port: ours }: Way): Promise<Diagnosis> {
  const { hostname: host, port } = new URL(address);
  const socket = connect({
    host,
    port: Number(port || 443),
    servername: host,
    // It is looked at, whatever is wrong with it.
    rejectUnauthorized: false,
  });
  const stop = AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]);
  try {
    await once(socket, 'secureConnect', { signal: stop });
    const ends = Date.parse(socket.getPeerCertificate().valid_to);
    const until = formatsOf('en').date(ends);
    if (!socket.authorized)
      return diagnosis('certificate-bad', { host, problem: String(socket.authorizationError) });
    return diagnosis(ends - Date.now() < ENDS_SOON_MS ? 'certificate-ends' : 'certificate', { host, until });
  } catch (error) {
    signal.throwIfAborted();
    return diagnosis('public-unreachable', { address, problem: problemOf(error), port: ours });
  } finally {
    socket.destroy();
  }
}

const KNOWN: Partial<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'there is no such name',
  EAI_AGAIN: 'the name can’t be looked up now',
  ETIMEDOUT: 'no answer came',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to it',
};

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer came';
  const code = codeOf(error.cause ?? error);
  return KNOWN[code] ?? code;
}
