/** Some people and chats to begin with, for use by hand. */
import type { Telegram } from './telegram.ts';

export function peopleIt(telegram: Telegram): void {
  const ada = telegram.user({ first_name: 'Ada', username: 'ada', language_code: 'en' });
  const ben = telegram.user({ first_name: 'Benedikt', username: 'ben', language_code: 'de' });
  for (const person of [ada, ben]) telegram.privateChat(person, { started: false });
  telegram.group({ title: 'Dancers', creator: ada, members: [ben] });
  const studio = telegram.group({
    title: 'Studio',
    creator: ada,
    members: [ben],
    forum: true,
    bot: 'administrator',
  });
  telegram.topic(ada, studio, 'Waltz');
  telegram.topic(ada, studio, 'Tango');
  telegram.channel({ title: 'Dance news', admins: [ada] });
}
