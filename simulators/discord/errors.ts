/** What Discord says no with: an HTTP status, a code and, for a form, a tree that names the fields. */
import type { z } from 'zod';

/** Discord's answer to a request it refuses. */
export class ApiRefusal extends Error {
  override name = 'Refused';
  readonly status: number;
  readonly code: number;
  readonly errors: ErrorTree | undefined;
  /** `plain`: answered by the proxy in front, as text. */
  readonly plain: boolean;

  constructor(status: number, code: number, message: string, errors?: ErrorTree, plain = false) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.plain = plain;
  }
}

/** A person tried what the Discord app would not let them do: a test that is wrong, or a bot's missing permission. */
export class NotPossible extends Error {
  override name = 'NotPossible';
}

export type ErrorTree = { [field: string]: ErrorTree | { code: string; message: string }[] };

/** Codes: discord.com/developers/docs/topics/opcodes-and-status-codes, read 2026-11-21. */
export const no = {
  unauthorized: () => new ApiRefusal(401, 0, '401: Unauthorized'),
  notFound: () => new ApiRefusal(404, 0, '404: Not Found'),
  badMethod: () => new ApiRefusal(405, 0, '405: Method Not Allowed'),
  notJson: () => new ApiRefusal(400, 50109, 'The request body contains invalid JSON.'),
  unknownChannel: () => new ApiRefusal(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new ApiRefusal(404, 10004, 'Unknown Guild'),
  unknownMember: () => new ApiRefusal(404, 10007, 'Unknown Member'),
  unknownMessage: () => new ApiRefusal(404, 10008, 'Unknown Message'),
  unknownUser: () => new ApiRefusal(404, 10013, 'Unknown User'),
  unknownWebhook: () => new ApiRefusal(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new ApiRefusal(404, 10062, 'Unknown interaction'),
  unknownCommand: () => new ApiRefusal(404, 10063, 'Unknown application command'),
  tooLarge: () => new ApiRefusal(413, 40005, 'Request entity too large'),
  tooLargeForProxy: () =>
    new ApiRefusal(
      413,
      0,
      '<html><head><title>413 Request Entity Too Large</title></head></html>',
      undefined,
      true,
    ),
  alreadyAcknowledged: () => new ApiRefusal(400, 40060, 'Interaction has already been acknowledged.'),
  tooManyFollowUps: () =>
    new ApiRefusal(400, 40094, 'This interaction has hit the maximum number of follow up messages'),
  missingAccess: () => new ApiRefusal(403, 50001, 'Missing Access'),
  notYourMessage: () => new ApiRefusal(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new ApiRefusal(400, 50006, 'Cannot send an empty message'),
  closedDms: () => new ApiRefusal(403, 50007, 'Cannot send messages to this user'),
  missingPermissions: () => new ApiRefusal(403, 50013, 'Missing Permissions'),
  deadToken: () => new ApiRefusal(401, 50027, 'Invalid Webhook Token'),
  noMutualGuild: () =>
    new ApiRefusal(403, 50278, 'Cannot send messages to this user due to having no mutual guilds'),
  cannotReply: () => new ApiRefusal(403, 160002, 'Cannot reply without permission to read message history'),
};

/** 50035 about one field; `path` leads to it from the body. */
export function invalid(path: readonly PropertyKey[], code: string, message: string): ApiRefusal {
  const tree: ErrorTree = {};
  put(tree, path, { code, message });
  return new ApiRefusal(400, 50035, 'Invalid Form Body', tree);
}

/** The body as the schema reads it, unknown fields left out. Throws 50035 with every field that is wrong. */
export function parse<S extends z.ZodType>(schema: S, body: unknown, at: PropertyKey[] = []): z.output<S> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const tree: ErrorTree = {};
  for (const issue of read.error.issues) put(tree, [...at, ...issue.path], worded(issue));
  throw new ApiRefusal(400, 50035, 'Invalid Form Body', tree);
}

function put(tree: ErrorTree, path: readonly PropertyKey[], error: { code: string; message: string }): void {
  let node = tree;
  for (const key of path.map(String)) {
    const next = node[key];
    const inner: ErrorTree = next && !Array.isArray(next) ? next : {};
    node[key] = inner;
    node = inner;
  }
  const known = node._errors;
  node._errors = [...(Array.isArray(known) ? known : []), error];
}

function worded(issue: z.core.$ZodIssue): { code: string; message: string } {
  switch (issue.code) {
    case 'custom':
      return { code: String(issue.params?.code ?? 'BASE_TYPE_BAD'), message: issue.message };
    case 'too_big':
      return issue.origin === 'string'
        ? { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${issue.maximum} or fewer in length.` }
        : { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${issue.maximum} or fewer.` };
    case 'too_small':
      return { code: 'BASE_TYPE_MIN_LENGTH', message: `Must be ${issue.minimum} or more.` };
    case 'invalid_type':
      return issue.message.includes('received undefined')
        ? { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }
        : { code: 'BASE_TYPE_BAD', message: issue.message };
    case 'invalid_value':
    case 'invalid_union':
      return { code: 'BASE_TYPE_CHOICES', message: issue.message };
    default:
      return { code: 'BASE_TYPE_BAD', message: issue.message };
  }
}
