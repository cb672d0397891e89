import { expect, it } from 'vitest';
import { start } from './harness.ts';

it('the samples can be fetched, and nothing else that lies beside them', async () => {
  const { url } = await start();
  const picture = await fetch(`${url}/samples/mia.jpg`);
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  const clip = await fetch(`${url}/samples/hello.mp4`);
  expect([clip.status, clip.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  for (const other of ['draw.ts', 'index.ts', 'mia.mp4', '..%2fpackage.json', 'mia.jpg%00.ts', 'MIA.JPG'])
    expect([other, (await fetch(`${url}/samples/${other}`)).status]).toEqual([other, 404]);
});
