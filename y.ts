import { nameOf } from './src/media/heif/canvas.ts';
import { framesOf } from './src/media/heif/decode.ts';
import { openHeif } from './src/media/heif/open.ts';
import { pictureIn } from './src/media/heif/picture.ts';

for (const f of process.argv.slice(2)) {
  await using h = await openHeif(f, 'HEIC');
  const p = await pictureIn(h);
  let min = 255,
    max = 0,
    info = '';
  for await (const fr of framesOf(h, p)) {
    info = `${nameOf(fr)} range ${fr.colorRange} csp ${fr.colorSpace} pri ${fr.colorPrimaries} trc ${fr.colorTrc}`;
    const d = fr.data![0]!;
    const st = fr.linesize[0]!;
    for (let y = 0; y < fr.height; y += 3)
      for (let x = 0; x < fr.width; x += 3) {
        const v = d[y * st + x]!;
        if (v < min) min = v;
        if (v > max) max = v;
      }
  }
  console.log(
    f.split('/').at(-1),
    p.tiles.length,
    info,
    'luma',
    min,
    max,
    JSON.stringify(p.colours.coded),
    p.colours.profile?.length,
    JSON.stringify(p.view),
    !!p.alpha,
  );
}
