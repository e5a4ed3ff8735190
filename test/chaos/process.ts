/**
 * `tutti serve` or `tutti worker`, with a thing switched off that nobody may switch off: the sweep. Argument: `serve` or
 * `worker`. For the control, which has to lose what the proof must not.
 */
import { listen } from "../../src/http/listen.ts";
import { compose } from "../../src/compose/compose.ts";
import { loadConfig } from "../../src/config.ts";
import { createApp } from "../../src/http/app.ts";

const config = loadConfig();
const isServer = process.argv[2] === "serve";
const { tutti, logger } = await compose(config, { lanes: [isServer ? "control" : "cpu"], sweep: false });
if (isServer) {
  const { url } = await listen(createApp(tutti, { logger }), { host: config.host, port: config.port });
  process.stderr.write(`the server without a sweep is ready at ${url}\n`);
} else {
  process.stderr.write("the worker without a sweep serves cpu\n");
}
