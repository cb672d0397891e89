/** The chats, with a point before and after each video is handed over and taken back. */
import { createChats as create } from '../../../src/chats.ts';
import { hooked } from './points.ts';

export * from '../../../src/chats.ts';

export const createChats: typeof create = async (parts) => {
  const chats = await create(parts);
  return { ...chats, all: chats.all.map((chat) => hooked(chat, 'chat', ['deliver', 'retract'])) };
};
