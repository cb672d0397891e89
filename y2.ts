import { readHeif } from './src/media/heif/index.ts';

for (const f of process.argv.slice(2)) {
  try {
    await readHeif(f, 'AVIF', 1000);
    console.log('ok', f.split('/').at(-1));
  } catch (e: any) {
    console.log(f.split('/').at(-1), e.name, e.message);
  }
}
process.exit(0);
