/** What the Bot API says when it refuses. The wording is Telegram's own: bots tell cases apart by it. */
export type ErrorParameters = { retry_after?: number; migrate_to_chat_id?: number };

export class BotApiError extends Error {
  readonly status: number;
  readonly parameters: ErrorParameters | undefined;

  constructor(status: number, description: string, parameters?: ErrorParameters) {
    super(description);
    this.status = status;
    this.parameters = parameters;
  }
}

export const badRequest = (what: string, parameters?: ErrorParameters) =>
  new BotApiError(400, `Bad Request: ${what}`, parameters);
export const forbidden = (what: string) => new BotApiError(403, `Forbidden: ${what}`);
export const conflict = (what: string) => new BotApiError(409, `Conflict: ${what}`);
export const tooManyRequests = (seconds: number) =>
  new BotApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
