/** The link by which somebody adds the bot to their server, with the rights that it uses and no others. */
import { OAuth2Scopes, PermissionFlagsBits } from 'discord.js';

/** Developer docs, topics/oauth2, read 2026-11-21. */
const AUTHORIZE = 'https://discord.com/oauth2/authorize';

/** To see the channel, write there and in its threads, attach the video, and answer the message that asked. */
const PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.ReadMessageHistory;

export function inviteLink(applicationId: string): string {
  const url = new URL(AUTHORIZE);
  url.searchParams.set('client_id', applicationId);
  url.searchParams.set('scope', `${OAuth2Scopes.Bot} ${OAuth2Scopes.ApplicationsCommands}`);
  url.searchParams.set('permissions', String(PERMISSIONS));
  return url.href;
}
