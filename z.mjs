import sharp from 'sharp';

for (const f of process.argv.slice(2)) {
  try {
    const { info } = await sharp(f, { failOn: 'error' }).raw().toBuffer({ resolveWithObject: true });
    console.log('ok', f.split('/').at(-1), info.width, info.height);
  } catch (e) {
    console.log(f.split('/').at(-1), e.message.slice(0, 200));
  }
}
