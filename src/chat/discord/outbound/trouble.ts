/** Discord's errors without the address of the request, which may contain a token. */
import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';

type Facts = {
  status?: number;
  code?: number;
  reason?: string;
  retryAfterMs?: number;
  faults?: readonly string[];
};

/** Discord said no, or nothing at all. The message holds neither address nor body. */
export class DiscordTrouble extends Error {
  override name = 'DiscordTrouble';
  /** Of HTTP; missing where no answer came. */
  readonly status: number | undefined;
  /** Discord's own, as in topics/opcodes-and-status-codes. */
  readonly code: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** Which fields it can't read, and what it calls that; nothing of what stood in them. */
  readonly faults: readonly string[];

  constructor({ status, code, reason, retryAfterMs, faults = [] }: Facts) {
    const what = status === undefined ? 'did not answer' : `answered ${status}`;
    super(`Discord ${what}${code || reason ? ` (${code || reason})` : ''}`);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.faults = faults;
  }

  /** Passing trouble: the same request may well work later. */
  get retryHelps(): boolean {
    return this.status === undefined || PASSING.has(this.status) || this.status >= 500;
  }

  /** The file or the whole request is too large, whoever says so: Discord, or the proxy in front of it. */
  get tooLarge(): boolean {
    return this.status === 413 || this.code === 40005;
  }

  /** The interaction's token is dead or was never alive. */
  get deadToken(): boolean {
    return DEAD_TOKEN.has(this.code ?? 0);
  }

  /** We wrote something that Discord can't read. */
  get invalidForm(): boolean {
    return INVALID.has(this.code ?? 0) || (this.status === 400 && !this.code);
  }

  /**
   * This place does not take this message, however often it is asked: no right to it, nobody there, no such place any
   * more, or what it lets nobody post. Nothing is said of other places, unless our own token is dead.
   */
  get closed(): boolean {
    if (this.deadToken) return true;
    const { status = 0 } = this;
    return status >= 400 && status !== 401 && !this.retryHelps && !this.tooLarge;
  }

  /** Closed, and for a reason that an operator should hear of: we may be at fault. */
  get strange(): boolean {
    return this.closed && !this.deadToken && !USUAL.has(this.status ?? 0) && !SHUT.has(this.code ?? 0);
  }
}

/** A request that took too long, and one too many. */
const PASSING = new Set([408, 429]);
const USUAL = new Set([403, 404]);

/** Invalid form body, an empty message, a body that is no JSON. */
const INVALID = new Set([50035, 50006, 50109]);

/** Unknown webhook, unknown interaction, invalid webhook token. */
const DEAD_TOKEN = new Set([10015, 10062, 50027]);
/**
 * Said with another status than 403 or 404: closed private messages, too many follow-ups, an archived thread, a channel
 * without text, a locked thread.
 */
const SHUT = new Set([50007, 40094, 50083, 50024, 50008, 160005]);

/** What discord.js threw, as ours. Anything else that was thrown comes back as it is: a bug of our own. */
export function troubleOf(error: unknown): unknown {
  if (error instanceof DiscordAPIError)
    return new DiscordTrouble({
      status: error.status,
      code: Number(error.code) || 0,
      faults: faultsIn('errors' in error.rawError ? error.rawError.errors : undefined),
    });
  if (error instanceof HTTPError) return new DiscordTrouble({ status: error.status });
  if (error instanceof RateLimitError)
    return new DiscordTrouble({ status: 429, retryAfterMs: error.retryAfter });
  const reason = networkReason(error);
  return reason === undefined ? error : new DiscordTrouble({ reason });
}

/** `components.0.content BASE_TYPE_MAX_LENGTH`: Discord's tree of errors without its sentences, which may quote a member. */
export function faultsIn(errors: unknown, path = ''): string[] {
  if (typeof errors !== 'object' || errors === null) return [];
  return Object.entries(errors).flatMap(([key, inner]: [string, unknown]) => {
    if (key !== '_errors') return faultsIn(inner, path ? `${path}.${key}` : key);
    const codes: unknown[] = Array.isArray(inner) ? inner.map((one: { code?: unknown }) => one?.code) : [];
    return codes.map((code) => `${path} ${typeof code === 'string' ? code : 'unknown'}`);
  });
}

/** Node's and undici's codes for connections that failed, and aborts. */
function networkReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code && /^(?:E[A-Z]+|UND_ERR_\w+)$/.test(code) && !LOCAL.has(code)) return code;
  return error.cause === undefined ? undefined : networkReason(error.cause);
}

/** Of our own disk. */
const LOCAL = new Set(['ENOENT', 'EACCES', 'EISDIR', 'EMFILE', 'ENOSPC', 'EIO']);
