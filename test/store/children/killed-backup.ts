/** A backup that is killed in the middle, into the folder that it is told. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkFolder } from '../../../src/store/copies/work-folder.ts';

const [, , folder = ''] = process.argv;
const work = await openWorkFolder(folder, new AsyncDisposableStack());
writeFileSync(join(work, 'half.tar'), 'half of it');
process.kill(process.pid, 'SIGKILL');
