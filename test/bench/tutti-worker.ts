/** A worker process of the bench. Arguments: folder, URL of Redis, prefix, steps at once. Ends with its parent. */
import { startTutti } from "./tutti.ts";

const [folder = "", redisUrl, prefix = "", concurrency = "1"] = process.argv.slice(2);
const tutti = await startTutti({ folder, redisUrl, prefix, lanes: ["cpu"], concurrency: Number(concurrency) });
process.on("disconnect", () => void tutti.close().finally(() => process.exit(0)));
process.send?.("ready");
