/** Where the internet reaches the bot, tried at once from here. */
import { internet as look } from '../doctor/internet.ts';
import { baseUrl } from '../environment.ts';
import { PROVIDERS, STORAGES } from '../providers/catalog.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { type Setup, type Step, tell } from './step.ts';

const TRIES_FOR_MS = 30_000;

export const internet: Step = {
  name: 'internet',
  title: 'How the internet reaches it',
  async run(setup) {
    const { ask, draft } = setup;
    const before = draft.value('PUBLIC_URL');
    const byAddress = PROVIDERS.filter(({ key, files }) => draft.value(key) && files === 'by-address');
    const hasStorage = STORAGES.some(({ key }) => draft.value(key));
    ask.note('An address of your own, with https', [
      'With one, videos arrive sooner, and members get links to large ones.',
      byAddress.length > 0 && !hasStorage
        ? `${byAddress.map(({ name }) => name).join(', ')} can’t work without one (or a key of ${STORAGES.map(({ name }) => name).join(', ')}).`
        : 'Nothing that you have chosen needs one.',
    ]);
    const wants = await ask.yes('Does a name on the internet lead to this machine?', before !== '');
    if (!wants) {
      if (before) draft.set('PUBLIC_URL', undefined);
      if (byAddress.length > 0 && !hasStorage)
        for (const { id, name } of byAddress)
          tell(ask, [
            diagnosis(
              'provider-files',
              {
                name,
                reason: 'it fetches them from an address',
                keys: STORAGES.map(({ key }) => key).join(' or '),
              },
              id,
            ),
          ]);
      return;
    }
    await address(setup, before);
  },
};

async function address({ ask, draft, isRunning }: Setup, before: string): Promise<void> {
  for (let preset = before; ; ) {
    const url = await ask.text('Its address:', {
      preset,
      example: 'https://strut.example.com',
      wrong: (text) => baseUrl.safeParse(text).error?.issues[0]?.message.replace(/^must/, 'It must'),
    });
    if (isRunning()) {
      ask.say('warning', 'A bot is running, so this is tried once it has been restarted: npm run doctor');
      return draft.set('PUBLIC_URL', url);
    }
    const found = await ask.while(`Trying ${url} …`, () =>
      look.look({
        config: draft.config({ PUBLIC_URL: url }),
        isRunning: false,
        signal: AbortSignal.timeout(TRIES_FOR_MS),
      }),
    );
    const isWell = tell(ask, found);
    const choices = [
      { value: 'again', label: 'Try again, or another address' },
      { value: 'keep', label: 'Keep it; I set the rest up later' },
      { value: 'leave', label: 'Go on without one' },
    ];
    const what = isWell ? 'keep' : await ask.one('What now?', choices);
    if (what === 'keep') return draft.set('PUBLIC_URL', url);
    if (what === 'leave') return before ? draft.set('PUBLIC_URL', undefined) : undefined;
    preset = url;
  }
}
