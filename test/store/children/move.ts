/** Moves the records of a data folder to a database, and says when it begins with them. */
import { move } from '../../../src/store/move/index.ts';

const [dataDir = '', to = ''] = process.argv.slice(2);
await move({ dataDir, to, secrets: new Map(), say: (step) => console.log(step) });
console.log('moved');
