/** A process with a busy child, to be killed: says the child's process id, then keeps it busy with the named task. */
import { createPoolOf } from '../../../src/media/pool.ts';
import { BAD_TASKS } from './tasks.ts';

const pool = createPoolOf(BAD_TASKS, new URL('./bad-child.ts', import.meta.url), {
  log: { warn: () => {} },
});
const pid = await pool.run('pid', {});
void pool.run(process.argv[2] === 'spin' ? 'spin' : 'hang', {});
console.log(pid);
