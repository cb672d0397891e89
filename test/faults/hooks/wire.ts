/** A point before each request to a chat is sent, and one when its answer begins to come. */
import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest } from 'node:http';
import { z } from 'zod';
import { pass } from './points.ts';

const undici = z.object({ request: z.object({ origin: z.string(), method: z.string(), path: z.string() }) });
const CHATS = Object.entries({ discord: 'DISCORD_API_URL', telegram: 'TELEGRAM_API_URL' }).flatMap(
  ([name, variable]) => {
    const url = process.env[variable];
    return url ? [{ name, port: new URL(url).port }] : [];
  },
);

/** Undefined where it goes to no chat, or changes nothing there. */
function nameOf(port: string, method: string, path: string): string | undefined {
  const chat = CHATS.find((one) => one.port === port);
  if (!chat) return undefined;
  if (chat.name === 'telegram') {
    const [, call] = /^\/bot[^/]+\/(\w+)/.exec(path) ?? [];
    return call === 'getUpdates' ? undefined : `telegram ${call ?? 'file'}`;
  }
  if (method === 'GET') return undefined;
  const [plain = ''] = path.replace(/^\/api(\/v\d+)?/, '').split('?');
  return `discord ${method} ${plain.replace(/\/\d{15,}/g, '/:id').replace(/(:id)\/(?!messages|members|commands|channels)[^/]{20,}/, '$1/:token')}`;
}

function onUndici(message: unknown, when: string): void {
  const { request } = undici.parse(message);
  const name = nameOf(new URL(request.origin).port, request.method, request.path);
  if (name) pass(`${name}, ${when}`);
}

function onHttp(message: unknown, when: string): void {
  const request =
    typeof message === 'object' && message && 'request' in message ? message.request : undefined;
  if (!(request instanceof ClientRequest)) return;
  const name = nameOf(String(request.getHeader('host')).split(':')[1] ?? '', request.method, request.path);
  if (name) pass(`${name}, ${when}`);
}

subscribe('undici:request:create', (message) => onUndici(message, 'before'));
subscribe('undici:request:headers', (message) => onUndici(message, 'after'));
subscribe('http.client.request.created', (message) => onHttp(message, 'before'));
subscribe('http.client.response.finish', (message) => onHttp(message, 'after'));
