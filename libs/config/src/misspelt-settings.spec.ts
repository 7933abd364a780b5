import { environmentSchema } from './environment.schema.js';
import { misspeltSettings } from './misspelt-settings.js';

describe('a name in the environment that is no setting', () => {
  it.each([
    ['FILE_TTL_DAY', 'FILE_TTL_DAYS'],
    ['RATE_LIMIT_LOGIN_PER_ACOUNT', 'RATE_LIMIT_LOGIN_PER_ACCOUNT'],
    ['ALOW_PRIVATE_URL', 'ALLOW_PRIVATE_URLS'],
    ['REDIS_URI', 'REDIS_URL'],
    ['REIDS_URL', 'REDIS_URL'],
    ['DATADIR', 'DATA_DIR'],
    ['public_url', 'PUBLIC_URL'],
  ])('is told with the one that was meant: %s', (name, meant) => {
    expect(misspeltSettings({ [name]: 'x' })).toEqual([`${name} is not a setting; did you mean ${meant}?`]);
  });

  it('is another program’s when nothing is near, or when the setting is there as well', () => {
    const others = [
      ...['PATH', 'HOME', 'POST', 'HOSTS', 'PORTS', 'TMPDIR', 'XDG_DATA_DIRS', 'XDG_DATA_HOME', 'HOSTNAME'],
      ...[
        'AWS_REGION',
        'AWS_ACCESS_KEY_ID',
        'S3_URL',
        'REDIS_HOST',
        'REDIS_PORT',
        'REDIS_TLS_URL',
        'NODE_PATH',
      ],
      ...[
        'NODE_OPTIONS',
        'DATABASE_HOST',
        'POSTGRES_URL',
        'WEB_CONCURRENCY',
        'npm_config_loglevel',
        'HTTP_PROXY',
      ],
      ...[
        'LOG_FILE',
        'LOGNAME',
        'EMAIL',
        'APP_SECRET_KEY',
        'FFPROBE_PATH',
        'MAX_FILES',
        'PUBLIC_IP',
        'PGDATA',
      ],
      ...['TEMP', 'STORE', 'ADMIN', 'OIDC_ISS', 'INIT_CWD', 'TEST_REDIS_URL', 'PROXY'],
    ];
    expect(misspeltSettings(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual([]);
    expect(misspeltSettings({ DATABASE_URI: 'x', DATABASE_URL: 'y' })).toEqual([]);
    expect(misspeltSettings({ FILE_TTL_DAY: '' })).toEqual([]);
  });

  it('is none of the settings themselves, however alike they are', () => {
    for (const name of Object.keys(environmentSchema.in.shape))
      expect(misspeltSettings({ [name]: 'x' })).toEqual([]);
  });
});
