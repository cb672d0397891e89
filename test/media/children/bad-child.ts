import { serve } from '../../../src/media/serve.ts';
import { BAD_TASKS } from './tasks.ts';

serve(BAD_TASKS);
