/** What the parts of the running bot are called, where somebody who is no programmer reads of them. */
const PARTS: Readonly<Record<string, string>> = {
  local: 'Drafts on this machine',
  page: 'The page',
  store: 'The database',
  files: 'The place of the files',
  backups: 'Daily copies of the database',
  queues: 'The queues of steps',
  settings: 'The settings of the processes',
  clock: 'The clock',
};

/** `named`: the chats and providers, by their ids. */
export const partName = (id: string, named: ReadonlyMap<string, string>): string =>
  named.get(id) ?? PARTS[id] ?? id;
