/** Every method that the simulator knows. The Bot API minds no capitals in their names. */
import { z } from 'zod';
import { type Method, method } from '../method.ts';
import { answerCallbackQuery } from './callbacks.ts';
import * as chats from './chats.ts';
import * as edits from './edit.ts';
import { answerInlineQuery } from './inline.ts';
import {
  botDescription,
  botName,
  botShortDescription,
  close,
  deleteMyCommands,
  getMe,
  getMyCommands,
  logOut,
  setMyCommands,
} from './me.ts';
import * as sends from './send.ts';
import * as updates from './updates.ts';

const getFile = method(z.strictObject({ file_id: z.string().min(1) }), (sim, { file_id }) =>
  sim.files.locate(file_id),
);

const all: Record<string, Method> = {
  ...chats,
  ...edits,
  ...sends,
  ...updates,
  answerCallbackQuery,
  answerInlineQuery,
  close,
  deleteMyCommands,
  getFile,
  getMe,
  getMyCommands,
  getMyDescription: botDescription.get,
  getMyName: botName.get,
  getMyShortDescription: botShortDescription.get,
  logOut,
  setMyCommands,
  setMyDescription: botDescription.set,
  setMyName: botName.set,
  setMyShortDescription: botShortDescription.set,
};

const byName = new Map(Object.entries(all).map(([name, run]) => [name.toLowerCase(), run]));

export const methodNamed = (name: string): Method | undefined => byName.get(name.toLowerCase());
