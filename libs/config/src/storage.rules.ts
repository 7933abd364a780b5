/** The settings of the storage, as parsed. */
export interface StorageSettings {
  STORAGE: 'disk' | 's3';
  S3_BUCKET?: string;
  S3_REGION?: string;
  S3_ENDPOINT?: string;
  S3_ACCESS_KEY_ID?: string;
  S3_SECRET_ACCESS_KEY?: string;
  S3_PREFIX: string;
}

export interface StorageProblem {
  path: keyof StorageSettings;
  message: string;
}

/** Lower case, 3 to 63 characters (Amazon S3 User Guide, "Bucket naming rules"). */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Folders of plain characters, each with its slash; so no `..`, no leading slash, nothing to escape. */
const PREFIX = /^([A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*$/;

/** What is wrong with these settings together. They may be complete while STORAGE is still disk: to move the files. */
export function storageProblems(settings: StorageSettings): StorageProblem[] {
  const { S3_BUCKET, S3_REGION, S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = settings;
  const problems: (StorageProblem | false)[] = [
    settings.STORAGE === 's3' && S3_BUCKET === undefined && needed('S3_BUCKET', 'STORAGE=s3'),
    S3_BUCKET !== undefined &&
      !BUCKET.test(S3_BUCKET) && {
        path: 'S3_BUCKET',
        message: 'must be the name of a bucket: 3 to 63 of a-z, 0-9, . and -',
      },
    S3_BUCKET !== undefined &&
      S3_REGION === undefined &&
      S3_ENDPOINT === undefined &&
      needed('S3_REGION', 'S3_BUCKET, unless S3_ENDPOINT names another service'),
    S3_ACCESS_KEY_ID !== undefined &&
      S3_SECRET_ACCESS_KEY === undefined &&
      needed('S3_SECRET_ACCESS_KEY', 'S3_ACCESS_KEY_ID'),
    S3_SECRET_ACCESS_KEY !== undefined &&
      S3_ACCESS_KEY_ID === undefined &&
      needed('S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'),
    !PREFIX.test(settings.S3_PREFIX) && {
      path: 'S3_PREFIX',
      message: 'must be a folder such as modelrunner/, with a slash at its end and none at its start',
    },
  ];
  return problems.filter((problem) => problem !== false);
}

function needed(path: keyof StorageSettings, by: string): StorageProblem {
  return { path, message: `is needed with ${by}` };
}
