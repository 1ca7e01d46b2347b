// Drives node-easywechat as those who use it do. What to do comes as lines of JSON, the settings first; every answer
// and every push goes out as one.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import easywechat from 'node-easywechat';

const { MiniApp, ServerRequest } = easywechat;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const settings = JSON.parse((await lines.next()).value);

const app = new MiniApp(settings);
app.getHttpClient().setLogger((stage, asked, _ms, answer) => {
  if (stage !== 'after') return;
  const path = `/${asked.url.replace(/^\/+/, '')}`;
  say({ method: asked.method.toUpperCase(), path, status: answer.status, answer: answer.data });
});

// The server module reads XML; a push in JSON is opened by the encryptor alone.
const receive = async (request) => {
  const hooks = new MiniApp(settings);
  hooks.setRequest(request);
  const body = String(request.getBody() ?? '');
  if (body.startsWith('{')) {
    const { msg_signature: signature, nonce, timestamp } = request.getQueryParams();
    const text = hooks.getEncryptor().decrypt(JSON.parse(body).Encrypt, signature, nonce, timestamp);
    // As text: JSON.parse would round the order's id, a number beyond 2^53.
    say({ text, format: 'json' });
    return 'success';
  }
  const server = hooks.getServer();
  server.withHandler((message, next) => {
    say({ push: message.toObject(), format: 'xml' });
    return next(message);
  });
  return String((await server.serve()).getBody());
};

const listener = createServer(async (request, response) => {
  try {
    response.end(await receive(await ServerRequest.createFromIncomingMessage(request)));
  } catch (error) {
    say({ failed: String(error) });
    response.writeHead(500).end();
  }
});
listener.listen(0, '127.0.0.1');
await once(listener, 'listening');
say({ port: listener.address().port });

for await (const line of lines) {
  const { get, post, json, upload, params } = JSON.parse(line);
  const client = app.getClient();
  try {
    if (get) await client.get(get);
    else if (upload) await client.withFile(upload, 'media').post(post, { params });
    else await client.postJson(post, json);
  } catch (error) {
    say({ failed: String(error) });
  }
}
listener.close();
