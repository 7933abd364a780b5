import { type InternetStandIn, startInternetStandIn } from '../../support/internet-stand-in.js';
import { type OAuthServers, prepareOAuthServers } from '../../support/oauth-server.js';
import { chatGpt } from '../../support/personas/chatgpt.js';
import { claudeAi, claudeAiThatGuesses } from '../../support/personas/claude-ai.js';
import { claudeCode, claudeDesktopSdk } from '../../support/personas/claude-code.js';
import { codex } from '../../support/personas/codex.js';
import { connectAs, takesDocuments } from '../../support/personas/connect.js';
import { cursor } from '../../support/personas/cursor.js';
import { inspector, inspectorInTerminal, oldInspector } from '../../support/personas/inspector.js';
import { mcpRemote } from '../../support/personas/mcp-remote.js';
import type { Persona } from '../../support/personas/persona.js';
import { vscode } from '../../support/personas/vscode.js';

const personas: Persona[] = [
  claudeAi,
  claudeAiThatGuesses,
  claudeCode,
  claudeDesktopSdk,
  vscode,
  cursor,
  chatGpt,
  codex,
  inspector,
  oldInspector,
  inspectorInTerminal,
  mcpRemote,
];

const withDocument = personas.filter(({ metadataDocument }) => metadataDocument);

/** Every client of other makers that people will point at this server, from its first 401 to a tool after a refresh. */
describe('client personas', () => {
  let internet: InternetStandIn;
  let servers: OAuthServers;
  let base: string;
  let withoutDocuments: string;

  beforeAll(async () => {
    const documents = withDocument.map(({ metadataDocument }) => metadataDocument!.content);
    internet = await startInternetStandIn(
      new Map(documents.map((document) => [document.client_id, document])),
    );
    servers = await prepareOAuthServers();
    const [one, other] = await Promise.all([
      servers.start(internet.env, internet.execArgv),
      servers.start({ CLIENT_ID_METADATA_DOCUMENTS: 'false' }),
    ]);
    base = one.url;
    withoutDocuments = other.url;
  }, 60_000);

  afterAll(async () => {
    await servers?.stop();
    internet?.stop();
  });

  describe('where the server takes metadata documents', () => {
    it('says so', async () => expect(await takesDocuments(base)).toBe(true));

    it.each(withDocument)('$name connects by its document', async (persona) => {
      await connectAs(persona, base, 'document');
      expect(internet.fetched).toContain(persona.metadataDocument?.content.client_id);
    });

    const withoutDocument = personas.filter(({ metadataDocument }) => !metadataDocument);
    it.each(withoutDocument)('$name connects by registering', (persona) =>
      connectAs(persona, base, 'registration'),
    );
  });

  describe('where it does not', () => {
    it('says so', async () => expect(await takesDocuments(withoutDocuments)).toBe(false));

    it.each(withDocument)('$name connects by registering', (persona) =>
      connectAs(persona, withoutDocuments, 'registration'),
    );
  });
});
