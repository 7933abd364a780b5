import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/* The least that can be done with an upload: its bytes are piped to a file. */
const path = join(process.env.DATA_DIR, 'bare-upload');

createServer(async (request, response) => {
  if (request.method === 'PUT') await pipeline(request, createWriteStream(path));
  response.end();
}).listen(Number(process.env.PORT), '127.0.0.1');

const end = () => rm(path, { force: true }).then(() => process.exit());
process.on('SIGTERM', end).on('disconnect', end);
