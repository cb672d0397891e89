import { filesContract, sharedFilesContract } from '../../contracts/files.ts';
import { s3World } from './world.ts';

const make = async () => {
  const { processOn } = await s3World();
  return { files: processOn().files, another: () => processOn().files };
};

filesContract('a bucket', make);
sharedFilesContract('a bucket', make);
