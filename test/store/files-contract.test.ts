import { createFiles, createSharedFiles } from '../../src/store/files.ts';
import { filesContract, sharedFilesContract } from '../contracts/files.ts';
import { fakeFiles } from '../fakes/files.ts';
import { freshFolder } from '../fakes/folder.ts';

const shared = () => {
  const folder = freshFolder();
  return { files: createSharedFiles(folder), another: () => createSharedFiles(folder) };
};

filesContract('the folder of one process', () => ({ files: createFiles(freshFolder()) }));
filesContract('a shared folder', shared);
sharedFilesContract('a shared folder', shared);
filesContract('the fake', () => ({ files: fakeFiles() }), { holdsBytes: false });
