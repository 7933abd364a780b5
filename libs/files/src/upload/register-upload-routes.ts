import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { SignInService } from '#libs/accounts';
import { type FormFields, text } from '#libs/pages';
import { UploadReceiver, type IncomingBody } from './upload-receiver.service.js';
import { type SignedQuery, UploadUrls } from './upload-urls.service.js';

interface PutRoute {
  Params: { key: string; partNumber?: string };
  Querystring: SignedQuery;
}

/**
 * The PUT routes of signed upload URLs, and the one of the page on which people upload. They are Fastify's own, not a Nest controller's, because a body parser is
 * a matter of a Fastify scope: here no body is parsed, whatever its type, so that a JSON file streams like any
 * other, while the rest of the application keeps its parsers and limits. Errors still meet the application's filter.
 * To be called before the application listens.
 */
export function registerUploadRoutes(app: NestFastifyApplication): void {
  const urls = app.get(UploadUrls);
  const receiver = app.get(UploadReceiver);
  const signIn = app.get(SignInService);
  const fastify = app.getHttpAdapter().getInstance();
  void fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));

    scope.put<PutRoute>('/storage/upload/:key', async (request, reply) => {
      const grant = urls.verify(request.params.key, undefined, request.query);
      const file = await receiver.receiveFile(grant, bodyOf(request));
      return reply
        .header('etag', `"${file.sha256}"`)
        .send({ file_url: file.url, expires_at: file.expiresAt.toISOString() });
    });

    scope.put<PutRoute>('/storage/upload/:key/parts/:partNumber', async (request, reply) => {
      const grant = urls.verify(request.params.key, request.params.partNumber, request.query);
      const etag = await receiver.receivePart(grant, bodyOf(request));
      return reply.header('etag', `"${etag}"`).send();
    });

    scope.put<{ Querystring: FormFields }>('/account/files', async (request, reply) => {
      const { id: userId, email, role } = await signIn.userOfOwnScript(request);
      const actor = { userId, email, role, clientId: null };
      const file = await receiver.receiveUnannounced(actor, text(request.query.file_name), bodyOf(request));
      return reply
        .status(201)
        .send({ id: file.id, file_url: file.url, expires_at: file.expiresAt.toISOString() });
    });
  });
}

function bodyOf(request: FastifyRequest): IncomingBody {
  const length = request.headers['content-length'];
  return {
    stream: request.raw,
    contentType: request.headers['content-type'],
    contentLength: length === undefined ? undefined : Number(length),
  };
}
