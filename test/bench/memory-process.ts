/**
 * An API or a worker process, composed as `tutti serve` and `tutti worker` do, but with a higher limit on uploads.
 * Settings come from the environment. Argument: `api` or `worker`. Tells its URL, or "" for a worker; ends with its parent.
 */
import { compose } from "../../src/compose/compose.ts";
import { loadConfig } from "../../src/config.ts";
import { createApp } from "../../src/http/app.ts";
import { listen } from "../../src/http/listen.ts";

const MAX_UPLOAD_BYTES = 2 * 2 ** 30;

const isApi = process.argv[2] === "api";
const { tutti } = await compose(loadConfig(), { lanes: isApi ? ["control"] : ["cpu"] });
const app = createApp(tutti, { maxUploadBytes: MAX_UPLOAD_BYTES });
const server = isApi ? await listen(app, { host: "127.0.0.1", port: 0 }) : undefined;

process.on("disconnect", () => void close().finally(() => process.exit(0)));
process.send?.(server?.url ?? "");

async function close(): Promise<void> {
  await server?.close(1000);
  await tutti.close();
}
