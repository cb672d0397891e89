/** Sends notices that belong to no job's own messages: to the log channel, or to where a member asked. */

import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Notice, NoticePlace } from '../../../core/chat-port.ts';
import type { AskedOffer } from '../../../core/library/cast-offer.ts';
import type { Log } from '../../../core/ports.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { said } from '../../page.ts';
import { noticeLinesFor, noticePage, requestLines, requestPage } from '../../pages.ts';
import type { Requests } from '../../requests.ts';
import { inSomeShape, shapesOf } from '../outbound/bare.ts';
import { createEditor } from '../outbound/editor.ts';
import { openDm, placesFor } from '../outbound/places.ts';
import type { Sender } from '../outbound/sender.ts';
import { DiscordTrouble, troubleOf } from '../outbound/trouble.ts';
import { type MessageBody, messageOf } from '../render.ts';
import type { Servers } from '../servers.ts';
import { placeSchema, targetSchema } from '../target.ts';
import { memberIdOf, naming, userIdOf } from '../text.ts';
import type { Tokens } from '../tokens.ts';

export type Notices = {
  /** False where it can't be posted. Throws what may pass. */
  post(to: NoticePlace, spaceId: string, notice: Notice): Promise<boolean>;
  /** Its owner: who else manages a server, a bot is not told. */
  adminsOf(spaceId: string): Promise<readonly string[]>;
  /** On the member's own message, or wherever else the member can be reached. */
  tellDeclined(code: string): Promise<boolean>;
};

export type NoticesParts = {
  rest: REST;
  webhooks: REST;
  sender: Sender;
  tokens: Tokens;
  servers: Servers;
  requests: Requests;
  log: Log;
};

const posted = z.object({ id: z.string() });
const owned = z.object({ owner_id: z.string() });

export function createNotices(parts: NoticesParts): Notices {
  const { rest, sender, tokens, servers, requests, log } = parts;
  const edit = createEditor(parts);

  /** False where the channel is closed to the bot. */
  async function send(channelId: string, body: MessageBody, more: object = {}): Promise<boolean> {
    try {
      const sent = await inSomeShape(log, shapesOf(body), (shape) =>
        rest.post(Routes.channelMessages(channelId), { body: { ...shape, ...more } }),
      );
      posted.parse(sent);
      return true;
    } catch (thrown) {
      const error = troubleOf(thrown);
      if (!(error instanceof DiscordTrouble) || !error.closed) throw error;
      log.info({ err: error }, 'a notice could not be posted');
      return false;
    }
  }

  async function postRequest(to: NoticePlace, spaceId: string, offer: AskedOffer): Promise<boolean> {
    const words = wordsFor(servers.localeOf(guildIdOf(spaceId)) ?? 'en');
    const lines = requestLines(words, offer, naming);
    const body = messageOf(words, requestPage(words, offer, lines));
    const there =
      'channel' in to
        ? await send(to.channel, body, { nonce: nonceOf(offer), enforce_nonce: true })
        : await postWhereAsked(offer, body);
    if (there) await requests.told(offer.code, lines);
    return there;
  }

  /** Below the member's own message, for all to see, and nobody is pinged. */
  async function postWhereAsked(offer: AskedOffer, body: MessageBody): Promise<boolean> {
    const request = await requests.get(offer.code);
    if (!request) return false;
    const { target, channelId, messageId } = placeSchema.parse(request.place);
    const reference = { message_id: messageId, channel_id: channelId, fail_if_not_exists: false };
    const answer = target.private ? {} : { message_reference: reference };
    const more = { ...answer, nonce: nonceOf(offer), enforce_nonce: true };
    if (target.canPost && (await send(channelId, body, more))) return true;
    // The press that asked has brought a token.
    const live = await tokens.get(target.eventId);
    if (!live) return false;
    await inSomeShape(log, shapesOf(body), (shape) =>
      sender.post(Routes.webhook(live.applicationId, live.token), shape, []),
    );
    return true;
  }

  async function tellDeclined(code: string): Promise<boolean> {
    const request = await requests.get(code);
    if (!request) return false;
    const { target, channelId, messageId } = placeSchema.parse(request.place);
    const words = wordsFor(target.locale);
    const body = messageOf(words, said(words.t('notice.declined')));
    const bound = { channelId, statusMessageId: messageId, eventId: target.eventId };
    const edited = await edit(bound, target, body, code);
    if (edited.kind === 'done') return true;
    const named = { ...body, allowed_mentions: { parse: [] as [], users: [target.userId] } };
    for await (const ready of placesFor({ rest, sender, tokens }, target, undefined)) {
      try {
        const place = await ready();
        await place.post(named, [], `d${code}`);
        return true;
      } catch (error) {
        if (!(error instanceof DiscordTrouble)) throw error;
        log.info({ err: error }, 'a member could not be told there that an admin said no');
      }
    }
    return false;
  }

  /** Without buttons: there, nobody could be told for an admin of that server. */
  async function sendInPrivate(userId: string, words: Words, notice: Notice): Promise<boolean> {
    const lines = noticeLinesFor(words, notice, naming);
    const decides =
      notice.kind === 'reported' && !notice.about.locked ? [words.t('report.decide-there')] : [];
    try {
      return await send(await openDm(rest, userId), messageOf(words, { lines: [...lines, ...decides] }));
    } catch (error) {
      if (!(error instanceof DiscordTrouble) || !error.closed) throw error;
      return false;
    }
  }

  return {
    tellDeclined,
    async adminsOf(spaceId) {
      const guildId = guildIdOf(spaceId);
      if (!/^\d+$/.test(guildId)) return [];
      return [memberIdOf(owned.parse(await rest.get(Routes.guild(guildId))).owner_id)];
    },
    async post(to, spaceId, notice) {
      if (notice.kind === 'asked') return postRequest(to, spaceId, notice.offer);
      if (notice.kind === 'declined') return tellDeclined(notice.offer.code);
      const words = wordsFor(servers.localeOf(guildIdOf(spaceId)) ?? 'en');
      if ('member' in to) return sendInPrivate(userIdOf(to.member), words, notice);
      const channelId = 'channel' in to ? to.channel : targetSchema.parse(to.target).channelId;
      return send(channelId, messageOf(words, noticePage(words, notice, naming)));
    },
  };
}

const guildIdOf = (spaceId: string): string => spaceId.replace(/^discord:/, '');

/** One for each limit that is asked about: a second question within minutes is not the first one's twin. */
const nonceOf = ({ code, over }: AskedOffer): string =>
  `q${code}${over ? `${over.scope[0]}${over.period[0]}` : ''}`;
