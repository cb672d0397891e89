/** A chat, or a topic of one, as one text: `-1001234`, `-1001234/7`. So the core keeps log channels. */
export type Location = { chatId: number; threadId?: number };

export const locationId = ({
  chatId,
  threadId,
}: {
  chatId: number;
  threadId?: number | undefined;
}): string => (threadId === undefined ? String(chatId) : `${chatId}/${threadId}`);

/** Undefined for what is none; groups and channels have negative numbers. */
export function readLocation(id: string): Location | undefined {
  const [, chat, thread] = /^(-\d{1,16})(?:\/(\d{1,10}))?$/.exec(id) ?? [];
  if (chat === undefined) return undefined;
  return { chatId: Number(chat), ...(thread === undefined ? {} : { threadId: Number(thread) }) };
}
