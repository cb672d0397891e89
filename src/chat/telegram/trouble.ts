/** What went wrong between Telegram and us, told apart by what there is to do about it. */
import { GrammyError } from 'grammy';

/**
 * `blocked`: that chat is closed to us (blocked, kicked, no right to post); `gone`: there is no such chat; `migrated`:
 * it goes on under another id; `no-topic`: the topic is closed or deleted; `edit-lost`: the message is not there or
 * can't be changed; `network`: no answer, or none that makes sense.
 */
export type TroubleKind =
  | 'blocked'
  | 'gone'
  | 'migrated'
  | 'no-topic'
  | 'flood'
  | 'network'
  | 'too-large'
  | 'not-modified'
  | 'edit-lost'
  | 'bad-request'
  | 'unauthorized'
  | 'conflict';

type Facts = {
  method: string;
  kind: TroubleKind;
  /** The status that Telegram answered; missing when no answer came. */
  code?: number;
  description: string;
  retryAfterMs?: number;
  migratedTo?: number;
  /** Telegram may have done it all the same: the answer was lost, not the request. */
  maybeDone?: boolean;
};

/** To grammY a call without an answer is like one that the server failed at: its own loop goes on after both. */
const NO_ANSWER = 500;

/**
 * Every error of a call, in place of grammY's own, which carry what was sent and where: the address holds the token.
 * It is a GrammyError so that grammY's polling knows 401, 409 and 429 when it meets them. A retry may help with
 * `flood` and `network` alone.
 */
export class TelegramTrouble extends GrammyError {
  override readonly name = 'TelegramTrouble';
  readonly kind: TroubleKind;
  readonly code: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly migratedTo: number | undefined;
  readonly maybeDone: boolean;

  constructor({ method, kind, code, description, retryAfterMs, migratedTo, maybeDone = false }: Facts) {
    super(
      `${method} failed, ${kind}`,
      {
        ok: false,
        error_code: code ?? NO_ANSWER,
        description,
        ...(retryAfterMs === undefined ? {} : { parameters: { retry_after: retryAfterMs / 1000 } }),
      },
      method,
      {},
    );
    this.kind = kind;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.migratedTo = migratedTo;
    this.maybeDone = maybeDone;
  }

  /** What a log may have of it. */
  toJSON(): object {
    const { method, kind, code, description, retryAfterMs, migratedTo } = this;
    return { name: this.name, method, kind, code, description, retryAfterMs, migratedTo };
  }
}

export const isTrouble = <K extends TroubleKind>(error: unknown, ...kinds: K[]): error is TelegramTrouble =>
  error instanceof TelegramTrouble && (kinds.length === 0 || kinds.some((kind) => kind === error.kind));

/** A message that may be there all the same. */
export const isLostSend = (error: unknown): error is TelegramTrouble =>
  isTrouble(error) && error.maybeDone && error.method.startsWith('send');

/** Telegram tells its cases apart by words alone. Seen in tdlib/telegram-bot-api `Client.cpp` and in bots' issues. */
const BY_WORDS: readonly [RegExp, TroubleKind][] = [
  [/message is not modified/i, 'not-modified'],
  [
    /message to (edit|delete) not found|message can't be (edited|deleted)|MESSAGE_ID_INVALID|there is no text in the message/i,
    'edit-lost',
  ],
  [/message thread not found|TOPIC_(CLOSED|DELETED)/i, 'no-topic'],
  [/not enough rights|have no rights|need administrator rights|_FORBIDDEN|CHAT_RESTRICTED/i, 'blocked'],
  [/CHAT_ADMIN_REQUIRED|USER_IS_BLOCKED|USER_BANNED_IN_CHANNEL|bot was (blocked|kicked)/i, 'blocked'],
  [/chat not found|user not found|PEER_ID_INVALID|chat was deactivated|user is deactivated/i, 'gone'],
  [/file is too big|request entity too large/i, 'too-large'],
];

/** The kind of a refusal that Telegram answered. */
export function kindOf(code: number, description: string, migratedTo: number | undefined): TroubleKind {
  if (migratedTo !== undefined) return 'migrated';
  if (code >= 500) return 'network';
  // A token that isn't even shaped like one is "Not Found": the methods that we call all exist.
  if (code === 401 || code === 404) return 'unauthorized';
  if (code === 409) return 'conflict';
  if (code === 413) return 'too-large';
  if (code === 429) return 'flood';
  const byWords = BY_WORDS.find(([words]) => words.test(description))?.[1];
  return byWords ?? (code === 403 ? 'blocked' : 'bad-request');
}
